import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/core/errors.ts';
import {
  SEQUENCE_IGNORE_EOS,
  SEQUENCE_PENALTIES,
  SEQUENCE_WORDS,
  SequenceWord,
} from '../../../src/kernels/step-layout.ts';
import {
  CHAT_DEFAULTS,
  GENERATE_DEFAULTS,
  hasPenalties,
  packSequence,
  resolveSampling,
  type SamplingSettings,
} from '../../../src/sampling/settings.ts';

const defaults: SamplingSettings = { ...CHAT_DEFAULTS, seed: 17 };
const start = { remaining: 5, stopIds: [2, 0], ignoreEos: false };

function thrown(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('resolveSampling', () => {
  test('takes what is left out from the defaults', () => {
    expect(resolveSampling({ topK: 40 }, defaults)).toEqual({ ...CHAT_DEFAULTS, topK: 40, seed: 17 });
    expect(resolveSampling({}, { ...GENERATE_DEFAULTS, seed: 1 })).toMatchObject({ temperature: 0, topP: 1 });
  });

  test('an explicit 0 is not a missing value', () => {
    expect(resolveSampling({ temperature: 0, seed: 0 }, defaults)).toMatchObject({ temperature: 0, seed: 0 });
  });

  test('ignores options of other kinds', () => {
    expect(resolveSampling({ maxTokens: 3 } as object, defaults)).toEqual(defaults);
  });

  test.each([
    ['temperature', -0.1],
    ['temperature', 0.0001],
    ['temperature', Number.NaN],
    ['temperature', Infinity],
    ['temperature', '0.7'],
    ['topK', -1],
    ['topK', 1.5],
    ['topK', 2 ** 31],
    ['topP', -0.01],
    ['topP', 1.01],
    ['minP', -0.01],
    ['minP', 2],
    ['repetitionPenalty', 0],
    ['presencePenalty', 101],
    ['frequencyPenalty', -101],
    ['seed', -1],
    ['seed', 2 ** 32],
    ['seed', 0.5],
    ['seed', 1n],
  ])('refuses %s = %s and says what it may be', (name, value) => {
    const error = thrown(() => resolveSampling({ [name]: value }, defaults));
    expect(error).toBeInstanceOf(UsageError);
    const { code, happened, expected } = error as UsageError;
    expect(code).toBe('usage-option');
    expect(happened).toContain(name);
    expect(happened).toContain(String(value));
    expect(expected).toMatch(/\d/);
  });

  test('checks the defaults too, which come from the model manifest', () => {
    expect(() => resolveSampling({}, { ...defaults, topP: 7 })).toThrow(UsageError);
  });

  test.each([
    ['temperature', 100],
    ['topK', 0],
    ['topP', 0],
    ['topP', 1],
    ['minP', 1],
    ['repetitionPenalty', 0.5],
    ['presencePenalty', -2],
    ['frequencyPenalty', 2],
    ['seed', 2 ** 32 - 1],
  ])('takes %s = %s', (name, value) => {
    expect(resolveSampling({ [name]: value }, defaults)).toMatchObject({ [name]: value });
  });
});

describe('packSequence', () => {
  test('puts every setting into its word', () => {
    const settings: SamplingSettings = {
      temperature: 0.5,
      topK: 40,
      topP: 0.25,
      minP: 0.125,
      repetitionPenalty: 1.5,
      presencePenalty: -2,
      frequencyPenalty: 0.75,
      seed: 2 ** 32 - 1,
    };
    const words = packSequence(settings, start);
    const floats = new Float32Array(words.buffer);
    expect(words).toHaveLength(SEQUENCE_WORDS);
    expect(words[SequenceWord.seed]).toBe(0xffffffff);
    expect(words[SequenceWord.remaining]).toBe(5);
    expect(words[SequenceWord.topK]).toBe(40);
    expect(Array.from(words.slice(SequenceWord.stopCount, SequenceWord.stopIds + 3))).toEqual([2, 2, 0, 0]);
    const { temperature, topP, minP, repetition, presence, frequency } = SequenceWord;
    expect([temperature, topP, minP, repetition, presence, frequency].map((word) => floats[word])).toEqual([
      0.5, 0.25, 0.125, 1.5, -2, 0.75,
    ]);
  });

  test('flags penalties only when one is on, and ignoring the end', () => {
    const flags = (settings: Partial<SamplingSettings>, ignoreEos = false): number =>
      packSequence({ ...defaults, ...settings }, { ...start, ignoreEos })[SequenceWord.flags]!;
    expect(flags({})).toBe(0);
    expect(flags({ repetitionPenalty: 1.1 })).toBe(SEQUENCE_PENALTIES);
    expect(flags({ presencePenalty: 0.1 })).toBe(SEQUENCE_PENALTIES);
    expect(flags({ frequencyPenalty: -0.1 }, true)).toBe(SEQUENCE_PENALTIES | SEQUENCE_IGNORE_EOS);
    expect(hasPenalties(defaults)).toBe(false);
  });

  test('takes as many stop ids as there is room for; the reader of the tokens knows the rest', () => {
    for (const length of [16, 17, 40]) {
      const words = packSequence(defaults, { ...start, stopIds: Array.from({ length }, (_, i) => i) });
      expect(words[SequenceWord.stopCount]).toBe(16);
      expect(words).toHaveLength(SEQUENCE_WORDS);
    }
  });
});
