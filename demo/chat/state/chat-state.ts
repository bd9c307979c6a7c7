import { effect, signal } from '@preact/signals';
import type { GenerateOptions, Generation, Message } from 'winnow-llm';
import { engineState, refreshReport, restore } from './engine-state.ts';
import { answerIn, closeConversation, conversationWith } from './open-conversation.ts';
import { chosenMethods, samplingOptions, settings } from './page-settings.ts';
import { runAnswer, type AnswerOptions } from './run-answer.ts';
import { generating, inQueue, stop } from './run-queue.ts';
import { readSession, writeSession } from './session.ts';
import { EMPTY_ANSWER, makeTurn, type Turn } from './turn.ts';

export const turns = signal<readonly Turn[]>([]);
export const draft = signal('');

/** Adds a question and streams its answer. */
export async function ask(question: string): Promise<void> {
  const turn = makeTurn(question);
  turns.value = [...turns.value, turn];
  await answer(turn, {});
}

/** Answers the last question again; a new seed makes it another answer, unless the visitor fixed the seed. */
export async function regenerate(): Promise<void> {
  const turn = turns.value.at(-1);
  if (!turn || generating.value) return;
  const seed = settings.value.seed ?? crypto.getRandomValues(new Uint32Array(1))[0];
  await answer(turn, seed === undefined ? {} : { seed });
}

/** Brings a lost engine back and answers the last question again if it failed. */
export async function restoreAndRetry(): Promise<void> {
  const failed = turns.value.at(-1)?.answer.value.state === 'failed';
  if ((await restore()) && failed) await regenerate();
}

/** Takes the last question back into the composer, to be changed. */
export function editLast(): void {
  const turn = turns.value.at(-1);
  if (!turn || generating.value) return;
  turns.value = turns.value.slice(0, -1);
  draft.value = turn.question;
}

/** Begins anew; the old conversation's cache is given back. */
export function newChat(): void {
  stop();
  turns.value = [];
  closeConversation();
}

async function answer(turn: Turn, options: GenerateOptions): Promise<void> {
  const methods = chosenMethods();
  turn.comparison.value = undefined;
  turn.answer.value = { ...EMPTY_ANSWER, methods };
  await inQueue(
    (stopped) =>
      runAnswer(turn.answer, (all) => begin(turn, all), { ...samplingOptions(), ...options, signal: stopped }),
    () => (turn.answer.value = { ...turn.answer.value, state: 'stopped' }),
  );
  remember();
  await refreshReport();
}

/** Starts the answer to `turn` with the methods that were chosen for it. */
function begin(turn: Turn, options: AnswerOptions): Generation {
  const state = engineState.value;
  if (state.phase !== 'ready') throw new Error('The engine went away between two steps.');
  const { engine } = state;
  const chat = conversationWith(engine, turn.answer.value.methods ?? {});
  // Without a template there is no turn to speak of: each prompt is continued as plain text, on its own.
  if (!engine.model.hasChatTemplate) return chat.generate(turn.question, options);
  return answerIn(chat, messagesFor(turn), options);
}

/** The messages that end with the question of `turn`. Turns that failed before it are left out. */
export function messagesFor(turn: Turn): Message[] {
  const system = settings.value.system;
  const messages: Message[] = system ? [{ role: 'system', content: system }] : [];
  for (const each of turns.value) {
    const question: Message = { role: 'user', content: each.question };
    if (each === turn) return [...messages, question];
    const { state, text } = each.answer.value;
    if (state !== 'failed') messages.push(question, { role: 'assistant', content: text });
  }
  return messages;
}

/** Keeps the conversation and what is typed over a reload of this tab. */
export function keepSession(): void {
  const saved = readSession();
  turns.value = saved.turns.map(({ question, answer: old }) => makeTurn(question, old));
  draft.value = saved.draft;
  effect(() => {
    void turns.value;
    void draft.value;
    remember();
  });
  addEventListener('pagehide', remember);
}

function remember(): void {
  writeSession({
    turns: turns.peek().map((turn) => ({ question: turn.question, answer: turn.answer.peek() })),
    draft: draft.peek(),
  });
}
