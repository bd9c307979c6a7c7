/** How much of a list of cases a run takes. */
export interface Sampling {
  /** The share of a list to run, above 0 and at most 1. */
  readonly share: number;
  /** Another seed draws other cases. */
  readonly seed: number;
  /** Whether the first case is always taken, since cases begin with what is odd. Default true. */
  readonly first?: boolean;
}

/** FNV-1a over the text's UTF-16 units. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value ^= value >>> 16;
  value = Math.imul(value, 0x85ebca6b);
  return (value ^ (value >>> 13)) >>> 0;
}

/**
 * The part of `items` that a run takes, in their order: the first, unless it is as good as others, and of the rest those that
 * a hash of seed, `content` and the item's own text draws. So the same sources give the same sample, and what a change
 * of `content` touches is drawn anew.
 * @param content what the items are about, for example the text of a kernel
 */
export function sampleOf<T>(
  items: readonly T[],
  { share, seed, first = true }: Sampling,
  content: string,
  textOf: (item: T) => string,
): T[] {
  const count = Math.ceil(items.length * share);
  const ranked = items.map((item, index) => ({
    index,
    rank: first && index === 0 ? -1 : hash(`${seed}|${content}|${textOf(item)}`),
  }));
  const drawn = ranked.toSorted((a, b) => a.rank - b.rank || a.index - b.index).slice(0, count);
  return drawn.toSorted((a, b) => a.index - b.index).map(({ index }) => items[index]!);
}

declare module 'vitest' {
  interface ProvidedContext {
    sampling: Sampling;
  }
}

/**
 * What the variables WINNOW_SHARE and WINNOW_SEED ask for; without them a run takes every case.
 * @throws when one of them is no such number
 */
export function readSampling(env: Readonly<Record<string, string | undefined>>): Sampling {
  const share = Number(env['WINNOW_SHARE'] ?? 1);
  const seed = Number(env['WINNOW_SEED'] ?? 1);
  if (!(share > 0 && share <= 1))
    throw new Error(`WINNOW_SHARE is "${env['WINNOW_SHARE']}"; it may be a number above 0, and at most 1.`);
  if (!Number.isSafeInteger(seed)) throw new Error(`WINNOW_SEED is "${env['WINNOW_SEED']}"; it may be a whole number.`);
  return { share, seed };
}

/** The sampling in one line, for the head of a test run. */
export const describeSampling = ({ share, seed }: Sampling): string =>
  share === 1
    ? 'Cases: all'
    : `Cases: ${Math.round(100 * share)} % of each kernel's shapes, of the methods and of the reference's models, drawn with WINNOW_SEED=${seed}; npm run test:full takes all`;
