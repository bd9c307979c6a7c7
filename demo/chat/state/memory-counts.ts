import type { MemoryView } from 'winnow-llm';

/** How much a conversation keeps, in numbers. */
export interface MemoryCounts {
  readonly tokens: number;
  /** Slots of a head, on average over layers and heads. */
  readonly slots: number;
  readonly bytes: number;
  /** What all tokens would take, stored alike. */
  readonly fullBytes: number;
}

export function memoryCounts({ tokens, bytes, fullBytes, layers }: MemoryView): MemoryCounts {
  const heads = layers.flat();
  const slots = heads.reduce((sum, { positions }) => sum + positions.length, 0);
  return { tokens, slots: heads.length === 0 ? 0 : Math.round(slots / heads.length), bytes, fullBytes };
}
