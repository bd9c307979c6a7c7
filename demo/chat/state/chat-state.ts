import { effect, signal } from '@preact/signals';
import type { Conversation, Engine, GenerateOptions, Generation, Message } from 'winnow-llm';
import { announce } from '../../shared/announcer.tsx';
import { isAbort, toProblem } from '../../shared/problem.ts';
import { engineState, noteEngineLoss, refreshReport, restore } from './engine-state.ts';
import { samplingOptions, settings } from './page-settings.ts';
import { readSession, writeSession } from './session.ts';
import { EMPTY_ANSWER, makeTurn, type Answer, type Turn } from './turn.ts';

export const turns = signal<readonly Turn[]>([]);
export const draft = signal('');
export const generating = signal(false);

let running: AbortController | undefined;
let lastRun: Promise<void> = Promise.resolve();
let conversation: { readonly engine: Engine; readonly value: Conversation } | undefined;

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

/** Ends the answer at once, with what it says so far. */
export function stop(): void {
  running?.abort();
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
  void conversation?.value.dispose().catch(noteEngineLoss);
  conversation = undefined;
}

async function answer(turn: Turn, options: GenerateOptions): Promise<void> {
  const controller = new AbortController();
  const before = lastRun;
  running = controller;
  generating.value = true;
  turn.answer.value = EMPTY_ANSWER;
  lastRun = before.then(() => stream(turn, { ...options, signal: controller.signal }));
  controller.signal.addEventListener('abort', () => {
    generating.value = false; // at once: what the GPU still finishes concerns nobody
    turn.answer.value = { ...turn.answer.value, state: 'stopped' };
  });
  await lastRun;
  if (running === controller) generating.value = false;
  remember();
  await refreshReport();
}

/** Streams one answer into its turn; never throws. */
async function stream(turn: Turn, options: GenerateOptions & { readonly signal: AbortSignal }): Promise<void> {
  const state = engineState.value;
  const show = (change: Partial<Answer>): void => {
    turn.answer.value = { ...turn.answer.value, ...change };
  };
  let text = '';
  let tokens = 0;
  let frame = 0;
  const flush = (): void => {
    frame = 0;
    if (!options.signal.aborted) show({ state: 'streaming', text, tokens });
  };
  try {
    if (state.phase !== 'ready') return show({ state: 'stopped' });
    const generation = begin(state.engine, turn, { ...samplingOptions(), ...options });
    generation.result.catch(() => undefined); // awaited below; until then a failure must not count as unhandled
    for await (const token of generation) {
      text += token.text;
      tokens += 1;
      frame ||= requestAnimationFrame(flush); // at most one update a frame, however fast the tokens come
    }
    const result = await generation.result;
    const stopped = options.signal.aborted || result.finish === 'abort';
    const { timeToFirstTokenMs, tokensPerSecond, promptTokens, cachedTokens, seed } = result;
    show({
      timeToFirstTokenMs,
      tokensPerSecond,
      promptTokens,
      cachedTokens,
      seed,
      state: stopped ? 'stopped' : result.finish === 'length' ? 'length' : 'done',
      text: result.text,
      tokens: result.ids.length,
    });
    announce(`${stopped ? 'Answer stopped' : 'Answer'}: ${result.text}`);
  } catch (error) {
    const problem = toProblem(error);
    if (options.signal.aborted || isAbort(error)) return show({ state: 'stopped' });
    show({ state: 'failed', text, tokens, problem });
    noteEngineLoss(error);
  } finally {
    cancelAnimationFrame(frame);
  }
}

/** Starts the answer to `turn` in the cheapest way that the conversation's own history allows. */
function begin(engine: Engine, turn: Turn, options: GenerateOptions): Generation {
  // Without a template there is no turn to speak of: each prompt is continued as plain text, on its own.
  if (!engine.model.hasChatTemplate) return engine.generate(turn.question, options);
  if (conversation?.engine !== engine) conversation = { engine, value: engine.conversation() };
  const chat = conversation.value;
  const wanted = messagesFor(turn);
  if (equal(chat.messages, wanted.slice(0, -1))) return chat.send(turn.question, options);
  if (chat.messages.at(-1)?.role === 'assistant' && equal(chat.messages.slice(0, -1), wanted))
    return chat.regenerate(options);
  return chat.chat(wanted, options);
}

/** The messages that end with the question of `turn`. Turns that failed before it are left out. */
function messagesFor(turn: Turn): Message[] {
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

const equal = (a: readonly Message[], b: readonly Message[]): boolean =>
  a.length === b.length &&
  a.every(({ role, content }, index) => role === b[index]?.role && content === b[index]?.content);

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
