import type { TextMessage } from '../core/api.ts';
import { type CountTokens, type EvalTurn, type ReadySettings, tooShort } from './task.ts';

/** A fact in a context: where it lies, from 0 to 1, and the sentence or pair that says it. */
export interface Fact {
  readonly depth: number;
  readonly text: string;
}

/** What is said around a context. */
export interface Frame {
  /** Introduces the context where the question follows at once, and where it does not. */
  readonly before: string;
  readonly after: string;
  readonly question: string;
  readonly answer: string;
}

/** The first turn's reply where the question comes later. */
const READ = 'I have read it.';

/** The turns of one question: in the prompt itself, or in a turn of its own. */
export function turnsOf(context: string, frame: Frame, question: 'before' | 'after'): readonly EvalTurn[] {
  const { answer } = frame;
  if (question === 'before')
    return [{ messages: [user(`${frame.before}\n\n${context}\n\n${frame.question}`)], answer }];
  return [
    { messages: [user(`${frame.after}\n\n${context}`), { role: 'assistant', content: READ }], answer: undefined },
    { messages: [user(frame.question)], answer },
  ];
}

export const user = (content: string): TextMessage => ({ role: 'user', content });

/** Tokens of all messages and of the answers between them. */
export async function countTurns(turns: readonly EvalTurn[], count: CountTokens): Promise<number> {
  let sum = 0;
  for (const [i, { messages, answer }] of turns.entries()) {
    for (const { content } of messages) sum += await count(content);
    if (answer !== undefined && i < turns.length - 1) sum += await count(answer);
  }
  return sum;
}

/**
 * Finds the largest context that fits.
 * @param turnsAt the turns with a context of so many pieces, of at least a token each
 * @throws UsageError 'usage-option' where not even one piece fits
 */
export async function fitTurns(
  { task, tokens }: Pick<ReadySettings, 'task' | 'tokens'>,
  count: CountTokens,
  turnsAt: (pieces: number) => readonly EvalTurn[],
): Promise<{ turns: readonly EvalTurn[]; tokens: number }> {
  const measure = (pieces: number): Promise<number> => countTurns(turnsAt(pieces), count);
  let fits = 1;
  let counted = await measure(fits);
  if (counted > tokens) throw tooShort(task, tokens, counted);
  // Doubled until it is too much, then halved: few texts are counted, and none is much longer than wanted.
  let over = 2;
  while (over <= tokens) {
    const now = await measure(over);
    if (now > tokens) break;
    [fits, counted] = [over, now];
    over *= 2;
  }
  while (over - fits > 1) {
    const middle = Math.floor((fits + over) / 2);
    const now = await measure(middle);
    if (now > tokens) over = middle;
    else [fits, counted] = [middle, now];
  }
  return { turns: turnsAt(fits), tokens: counted };
}

/** Pieces with facts between them, each after the share of the characters that its depth says. */
export function hide(pieces: readonly string[], facts: readonly Fact[]): string[] {
  const total = pieces.reduce((sum, { length }) => sum + length, 0);
  const waiting = facts.toSorted((a, b) => a.depth - b.depth);
  const result: string[] = [];
  let passed = 0;
  for (const piece of pieces) {
    // A fact goes before the piece that holds its place, or after it where that is nearer.
    while (waiting.length > 0 && waiting[0]!.depth * total <= passed + piece.length / 2)
      result.push(waiting.shift()!.text);
    result.push(piece);
    passed += piece.length;
  }
  return [...result, ...waiting.map(({ text }) => text)];
}
