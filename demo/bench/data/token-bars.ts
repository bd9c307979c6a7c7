import type { TokenTime } from 'winnow-llm/bench/records';
import { assignColours, colourOf, COLOURS } from './family.ts';

/** One piece of a bar, from `start` to `end` in milliseconds. */
export interface Segment {
  readonly row: 'one token' | 'of it GPU';
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly milliseconds: number;
  readonly dispatches?: number;
  /** As CSS. */
  readonly colour: string;
  /** Drawn as an empty frame: time in which nothing that has a name works. */
  readonly empty: boolean;
}

/**
 * A decode step as two bars: encode, GPU and wait in order; and below the GPU's part, its time by kernel family, each
 * being what the step saves without it. Families overlap: where they do not fill the GPU's part, the rest is a piece of its own.
 */
export function tokenSegments({ encode, gpu, wait, families }: TokenTime): readonly Segment[] {
  const parts = [
    { name: 'encode', milliseconds: encode, colour: 'var(--text)', empty: false },
    { name: 'GPU', milliseconds: gpu, colour: 'var(--line-strong)', empty: false },
    { name: 'wait', milliseconds: wait, colour: 'var(--line-strong)', empty: true },
  ];
  let at = 0;
  const token = parts.map((part): Segment => {
    const start = at;
    at += part.milliseconds;
    return { ...part, row: 'one token', start, end: at };
  });
  const largestFirst = families
    .filter(({ milliseconds }) => milliseconds > 0)
    .toSorted((a, b) => b.milliseconds - a.milliseconds);
  const colours = assignColours(largestFirst.map(({ family }) => family));
  at = encode;
  const shares = largestFirst.map(({ family, milliseconds, dispatches }): Segment => {
    const start = at;
    at += milliseconds;
    return {
      row: 'of it GPU',
      name: family,
      start,
      end: at,
      milliseconds,
      dispatches,
      colour: colourOf(colours.get(family) ?? COLOURS),
      empty: false,
    };
  });
  const rest = encode + gpu - at;
  const others: readonly Segment[] =
    rest > 0 && shares.length > 0
      ? [
          {
            row: 'of it GPU',
            name: 'between kinds',
            start: at,
            end: encode + gpu,
            milliseconds: rest,
            colour: 'var(--line-strong)',
            empty: true,
          },
        ]
      : [];
  return [...token, ...shares, ...others].filter(({ milliseconds }) => milliseconds > 0);
}
