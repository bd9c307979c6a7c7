import type { HeadMemory, MemoryView } from 'winnow-llm';

/** A row of the map: a layer over all its heads, or one head of it. */
export interface GridRow {
  readonly layer: number;
  readonly head?: number;
  /** Of each column: what fills it, from 0 to 1. */
  readonly values: Float32Array;
  /** Of each column: the share of heads that keep it, 0 where the token is gone. */
  readonly shares: Float32Array;
}

/** What a map is filled by: attention that was received, or how old a token is. */
export type Fill = 'attention' | 'age';

export interface MemoryGrid {
  readonly columns: number;
  readonly rows: readonly GridRow[];
}

/** Attention spans many powers of ten: so many of them, down from the highest of a row, have a colour of their own. */
export const ATTENTION_DECADES = 3;

/** How many places are taken, where positions are places in the cache and not in the text. */
export const placesOf = ({ layers }: MemoryView): number =>
  layers.flat().reduce((most, { positions }) => Math.max(most, (positions.at(-1) ?? -1) + 1), 0);

/** Whether the policy notes down the attention that slots receive. */
export const observesAttention = ({ layers }: MemoryView): boolean =>
  layers.some((heads) => heads.some(({ mass }) => mass !== undefined));

/**
 * Lays a memory out: a column per position, a row per layer, and below it one per head where the layer is `open`.
 * A layer's fill is the mean over the heads that keep the token.
 * @param columns how many positions there are
 */
export function memoryGrid(
  view: MemoryView,
  fill: Fill,
  open: ReadonlySet<number>,
  columns: number = view.tokens,
): MemoryGrid {
  const rows = view.layers.flatMap((heads, layer) => [
    { layer, ...fillRow(heads, columns, fill) },
    ...(open.has(layer) ? heads.map((memory, head) => ({ layer, head, ...fillRow([memory], columns, fill) })) : []),
  ]);
  return { columns, rows };
}

function fillRow(heads: readonly HeadMemory[], columns: number, fill: Fill): Pick<GridRow, 'values' | 'shares'> {
  const sums = new Float32Array(columns);
  const keepers = new Float32Array(columns);
  for (const { positions, mass } of heads)
    positions.forEach((position, slot) => {
      if (position >= columns) return;
      keepers[position]! += 1;
      sums[position]! += mass?.[slot] ?? 0;
    });
  const means = sums.map((sum, column) => (keepers[column] === 0 ? 0 : sum / keepers[column]!));
  const highest = means.reduce((most, mean) => Math.max(most, mean), 0);
  const values =
    fill === 'age'
      ? means.map((_, column) => (columns < 2 ? 1 : column / (columns - 1)))
      : means.map((mean) => attentionValue(mean, highest));
  return { values, shares: keepers.map((count) => count / heads.length) };
}

/** Where an amount of attention stands between none and the highest, on a logarithmic scale. */
const attentionValue = (mass: number, highest: number): number =>
  mass <= 0 || highest <= 0 ? 0 : Math.max(0, 1 + Math.log10(mass / highest) / ATTENTION_DECADES);
