/** What the stand-in's cache holds: a token per word, and of these what a method with a budget would keep. */

import { contentText } from '../../../src/core/messages.ts';
import type { ConversationOptions, MemoryView, Message } from '../../../src/core/api.ts';

const LAYERS = 30;
const HEADS = 3;
const SINKS = 4;
const vocabulary: string[] = [];

/** Words with the white space before them, each of which has an id. */
export function encodeWords(text: string): number[] {
  return (text.match(/\s*\S+|\s+$/g) ?? []).map((word) => {
    const known = vocabulary.indexOf(word);
    return known < 0 ? vocabulary.push(word) - 1 : known;
  });
}

export const decodeWords = (ids: readonly number[]): string => ids.map((id) => vocabulary[id]).join('');

/** What happened so far, on `window`, where a test can see it. */
export const counts = globalThis as { memoryReadings?: number; openConversations?: number };

export async function scriptedMemory(
  messages: readonly Message[],
  { cache, kv = 'f16' }: ConversationOptions,
): Promise<MemoryView> {
  counts.memoryReadings = (counts.memoryReadings ?? 0) + 1;
  const ids = encodeWords(messages.map(({ role, content }) => `<|${role}|> ${contentText(content)} `).join(''));
  const budget = Number(/budget=(\d+)/.exec(typeof cache === 'string' ? cache : '')?.[1] ?? ids.length);
  const observed = typeof cache === 'string' && /h2o|keyformer|tova/.test(cache);
  const layers = Array.from({ length: LAYERS }, (_, layer) =>
    Array.from({ length: HEADS }, (__, head) => {
      const positions = keptOf(ids.length, budget, layer * HEADS + head);
      return { positions, ...(observed && { mass: positions.map((position) => massOf(position, layer)) }) };
    }),
  );
  const tokenBytes = LAYERS * HEADS * 64 * 2 * { f16: 2, f32: 4, q8: 1 }[kv];
  const pages = (tokens: number): number => Math.ceil(tokens / 64) * 64 * tokenBytes;
  return {
    tokens: ids.length,
    ids,
    bytes: pages(Math.min(ids.length, budget)),
    fullBytes: pages(ids.length),
    layers,
  };
}

/** Sinks, the newest, and between them what a head's own lot decides. */
function keptOf(tokens: number, budget: number, head: number): number[] {
  const all = Array.from({ length: tokens }, (_, position) => position);
  if (tokens <= budget) return all;
  const newest = tokens - Math.ceil((budget - SINKS) / 2);
  const between = all
    .slice(SINKS, newest)
    .toSorted((a, b) => lot(a, head) - lot(b, head))
    .slice(0, budget - SINKS - (tokens - newest));
  return [...all.slice(0, SINKS), ...between, ...all.slice(newest)].toSorted((a, b) => a - b);
}

/** Neighbouring heads agree on most tokens. */
const lot = (position: number, head: number): number =>
  Math.sin(position * 12.9898 + Math.floor(head / 5) * 0.7 + head / 40);
const massOf = (position: number, layer: number): number =>
  position === 0 ? 40 : 3 * Math.exp(-2.5 - 2.5 * Math.sin(position * 1.7 + layer / 4)) + 0.01;
