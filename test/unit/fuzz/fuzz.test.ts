import { describe, expect, it } from 'vitest';
import { coded, Find, fuzz, type FuzzPart } from '../../../scripts/fuzz/fuzz.ts';
import { PARTS } from '../../../scripts/fuzz/parts.ts';

/** A short share of `npm run fuzz`: the seed is fixed, so that a red run can be repeated. */
const SHARE: Readonly<Record<string, number>> = {
  headers: 1500,
  tokenizers: 120,
  templates: 1000,
  markers: 500,
  transcripts: 300,
  ids: 2000,
};

describe('a short share of the fuzzing', () => {
  it.each(PARTS.map((part) => [part.name, part] as const))('%s finds nothing', async (name, part) => {
    const lines: string[] = [];
    const result = await fuzz({ parts: [part], seed: 1, rounds: SHARE[name] ?? 200, say: (line) => lines.push(line) });
    expect(result.finds, lines.join('\n')).toBe(0);
  });
});

describe('fuzz', () => {
  const bad: FuzzPart = {
    name: 'bad',
    about: 'never 3, 5 or 7',
    async round(seed) {
      if (seed === 3) throw new Find('three', 'the input of 3');
      if (seed === 5) throw new TypeError('five');
      if (seed === 7)
        await coded(
          () => 'the input of 7',
          () => Promise.reject(new RangeError('seven')),
        );
    },
  };

  it('tells the seed and the input of each find, errors without a code among them', async () => {
    const lines: string[] = [];
    expect(await fuzz({ parts: [bad], seed: 0, rounds: 10, say: (line) => lines.push(line) })).toEqual({
      finds: 3,
      rounds: 10,
    });
    const all = lines.join('\n');
    for (const words of [
      'three [npm run fuzz -- bad --seed 3 --rounds 1]',
      'the input of 3',
      'five',
      'without a code',
      '--seed 7',
    ])
      expect(all).toContain(words);
    expect((await fuzz({ parts: [bad], seed: 3, rounds: 1 })).finds).toBe(1);
  });

  it('stops at its time', async () => {
    const result = await fuzz({ parts: [{ ...bad, round: async () => {} }], seed: 0, rounds: 1e9, milliseconds: 5 });
    expect(result.rounds).toBeLessThan(1e9);
  });
});
