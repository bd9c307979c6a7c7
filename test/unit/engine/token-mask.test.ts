import { expect, test } from 'vitest';
import { tokenMask } from '../../../src/constraints/index.ts';
import type { ConstraintState, TokenVocabulary } from '../../../src/core/constraint.ts';
import { nextMask } from '../../../src/engine/step/token-mask.ts';

const NONE: TokenVocabulary = { size: 0, endIds: [], longest: 0, bytes: () => new Uint8Array(), withBytes: () => [] };
const state = (...words: number[]): ConstraintState => tokenMask(() => Uint32Array.from(words)).begin(NONE);

/** The ids that a mask allows. */
const allowed = (words: Uint32Array): number[] =>
  Array.from({ length: words.length * 32 }, (_, id) => id).filter((id) => (words[id >> 5]! >>> (id & 31)) & 1);
const first = (count: number): number[] => Array.from({ length: count }, (_, id) => id);

test.each([31, 32, 33, 63, 64, 69])('without a constraint the first %i of 70 ids may come', (drawable) => {
  expect(allowed(nextMask(undefined, 0, 70, drawable))).toEqual(first(drawable));
});

test('what a constraint allows is cut at the vocabulary, and at the ids that have a token', () => {
  const all = 0xffffffff;
  expect(allowed(nextMask(state(all, all, all), 0, 70))).toEqual(first(70));
  expect(allowed(nextMask(state(all, all), 0, 70, 40))).toEqual(first(40));
  expect(allowed(nextMask(state(0, 0, 1), 0, 70))).toEqual([64]);
  expect(() => nextMask(state(0, 256), 0, 70, 40)).toThrow('allows no token');
  expect(() => nextMask(state(1, 1, 1), 0, 70, 40)).toThrow('3 words');
});
