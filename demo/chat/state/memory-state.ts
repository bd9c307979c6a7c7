import { effect, signal } from '@preact/signals';
import type { Engine, MemoryView } from 'winnow-llm';
import { toProblem, type Problem } from '../../shared/problem.ts';
import { turns } from './chat-state.ts';
import { noteEngineLoss } from './engine-state.ts';
import { memoryOpen } from './view-state.ts';
import { placesOf } from './memory-grid.ts';
import { MemoryWords, type Said } from './memory-words.ts';
import { specOf, type MethodTexts } from './method-settings.ts';
import { livingConversation, type OpenConversation } from './open-conversation.ts';
import { generating } from './run-queue.ts';

/** What the panel shows: a memory that was read, with the texts of its tokens. */
export interface ShownMemory {
  readonly view: MemoryView;
  readonly methods: MethodTexts;
  readonly texts: readonly string[];
  /** How many columns the map has: tokens, or places in the cache. */
  readonly columns: number;
  /** Absent where positions are places in the cache, which say nothing about the text. */
  readonly words: MemoryWords | undefined;
}

export type MemoryState =
  | { readonly phase: 'empty' }
  | { readonly phase: 'reading' }
  | { readonly phase: 'shown'; readonly memory: ShownMemory }
  | { readonly phase: 'failed'; readonly problem: Problem };

export const memoryState = signal<MemoryState>({ phase: 'empty' });
/** The token that is pointed at, in the map or in the conversation. */
export const pointedToken = signal<number | undefined>(undefined);

/** How often the memory is read while an answer is being written: each reading makes the steps wait. */
const READ_EVERY_MS = 1500;

/** Reads the memory whenever it has changed, as long as the panel is open; closed, it asks for nothing. */
export function watchMemory(): void {
  let wait: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    clearTimeout(wait);
    pointedToken.value = undefined;
    if (!memoryOpen.value) return;
    const open = livingConversation.value;
    const busy = generating.value;
    if (!open) {
      memoryState.value = { phase: 'empty' };
      return;
    }
    // Answers that are compared have conversations of their own, and their times are not to be disturbed.
    if (busy && !isAnswering() && memoryState.peek().phase === 'shown') return;
    const again = async (): Promise<void> => {
      await readMemory(open);
      if (busy && memoryOpen.peek() && livingConversation.peek() === open && isAnswering())
        wait = setTimeout(() => void again(), READ_EVERY_MS);
    };
    void again();
  });
}

/** Whether the conversation itself grows at the moment. */
const isAnswering = (): boolean => ['waiting', 'streaming'].includes(turns.peek().at(-1)?.answer.peek().state ?? '');

async function readMemory(open: OpenConversation): Promise<void> {
  if (memoryState.peek().phase !== 'shown') memoryState.value = { phase: 'reading' };
  const current = (): boolean => livingConversation.peek() === open && memoryOpen.peek();
  try {
    const view = await open.value.memory();
    const memory = await withTexts(open, view);
    if (current()) memoryState.value = view.tokens === 0 ? { phase: 'empty' } : { phase: 'shown', memory };
  } catch (error) {
    if (!current()) return;
    memoryState.value = { phase: 'failed', problem: toProblem(error) };
    noteEngineLoss(error);
  }
}

async function withTexts({ engine, methods }: OpenConversation, view: MemoryView): Promise<ShownMemory> {
  const ranked = specOf(methods.cache)?.parameters['positions'] === 'rank';
  if (ranked) return { view, methods, texts: [], columns: placesOf(view), words: undefined };
  const [whole, texts] = await Promise.all([engine.tokenizer.decode(view.ids), tokenTexts(engine, view.ids)]);
  return { view, methods, texts, columns: view.tokens, words: new MemoryWords(whole, texts, said()) };
}

/** What was said so far; a failed answer's turn was never part of the history. */
const said = (): Said[] =>
  turns.peek().flatMap(({ question, answer }, turn): Said[] => {
    const { state, text } = answer.peek();
    const asked: Said = { turn, part: 'question', text: question };
    return state === 'failed' ? [] : [asked, { turn, part: 'answer', text }];
  });

const known = new WeakMap<Engine, Map<number, string>>();

/** Each token's text on its own; every id is asked for once. */
async function tokenTexts(engine: Engine, ids: readonly number[]): Promise<string[]> {
  const texts = known.get(engine) ?? new Map<number, string>();
  known.set(engine, texts);
  const missing = [...new Set(ids)].filter((id) => !texts.has(id));
  await Promise.all(missing.map(async (id) => texts.set(id, await engine.tokenizer.decode([id]))));
  return ids.map((id) => texts.get(id) ?? '');
}
