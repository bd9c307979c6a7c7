const WORD = new DataView(new ArrayBuffer(4));

/** The u32 whose order is that of f32 numbers: -0 below +0, and what is no number lowest of all, as `sort_key`. */
export function sortKey(value: number): number {
  if (Number.isNaN(value)) return 1;
  WORD.setFloat32(0, value);
  const bits = WORD.getUint32(0);
  return (bits >>> 31 === 1 ? ~bits : bits | 0x80000000) >>> 0;
}

/** An item to choose: higher keys first, then lower orders. */
export interface Ranked {
  readonly key: number;
  readonly order: number;
}

/** The `k` best, best first. */
export const topOf = <T extends Ranked>(items: readonly T[], k: number): T[] =>
  items.toSorted((a, b) => b.key - a.key || a.order - b.order).slice(0, k);
