import { describe, expect, it } from 'vitest';
import { baselineName, betterOf, fallsOf, figuresOf, worstOf } from '../../../scripts/lib/baseline.mjs';
import { benchResult } from '../bench/bench-result.ts';

const figures = figuresOf(benchResult(['model', 'kernels']));

describe('a baseline', () => {
  it('is named for the adapter', () => {
    expect(baselineName(benchResult(['model']))).toBe('v-a');
  });

  it('holds counts, and times over what the roofs of the same run leave', () => {
    expect(figures.counts).toMatchObject({
      'dispatches per token': 10,
      'bytes written per token': 4,
      'norm/rms-norm, 256 rows': 'wrong',
    });
    expect(figures.ratios['linear/project, Q4_1 576x1536']).toBe(2);
    // 10 dispatches of 1.5 us; the one byte of weights weighs nothing.
    expect(figures.ratios['decode step on the GPU']).toBeCloseTo(20 / 0.015, 3);
    expect(figures.ratios['decode after 64']).toBeCloseTo(25 / 0.015, 3);
  });
});

describe('a check', () => {
  it('finds nothing in the same figures', () => {
    expect(fallsOf(figures, figures, 0)).toEqual([]);
  });

  it('compares counts exactly, also those that are new or gone', () => {
    const { buffers, ...counts } = figures.counts;
    const now = { ...figures, counts: { ...counts, 'dispatches per token': 11, 'a new kernel': 'correct' } };
    expect(fallsOf(figures, now, 9)).toEqual([
      'dispatches per token: 10 -> 11',
      `buffers: ${buffers} -> not there`,
      'a new kernel: not there -> correct',
    ]);
  });

  it('allows ratios to be worse by the tolerance, and better by any', () => {
    const scaled = (factor: number) => ({
      ...figures,
      ratios: Object.fromEntries(Object.entries(figures.ratios).map(([name, ratio]) => [name, ratio * factor])),
    });
    expect(fallsOf(figures, scaled(1.04), 0.05)).toEqual([]);
    expect(fallsOf(figures, scaled(0.1), 0.05)).toEqual([]);
    const falls = fallsOf(figures, scaled(1.06), 0.05);
    expect(falls).toHaveLength(Object.keys(figures.ratios).length);
    expect(falls[2]).toBe('linear/project, Q4_1 576x1536: 2.00 -> 2.12 times what the roofs allow');
    // A later run that met a quieter moment takes them back.
    expect(fallsOf(figures, betterOf(scaled(1.06), figures), 0.05)).toEqual([]);
    // A baseline that is the worst of several keeps a slow moment from being a fall.
    expect(worstOf([figures, scaled(1.06), figures]).ratios).toEqual(scaled(1.06).ratios);
    expect(fallsOf(worstOf([figures, scaled(1.06)]), figures, 0.05)).toEqual([]);
  });
});
