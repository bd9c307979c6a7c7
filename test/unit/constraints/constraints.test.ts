import { describe, expect, test } from 'vitest';
import type { TokenVocabulary } from '../../../src/core/constraint.ts';
import {
  allow,
  choice,
  constraintOf,
  emptyMask,
  plainConstraint,
  registerConstraint,
  tokenMask,
  type ConstraintKind,
} from '../../../src/constraints/index.ts';

const TOKENS = ['<end>', 'a', 'b', 'ab', 'abc', 'c', '\u00c3', '\u00a9', '\u00c3\u00a9', 'ab'];
const END = 0;

/** A vocabulary of these tokens, each character a byte. */
const vocabulary = (tokens: readonly string[] = TOKENS): TokenVocabulary => ({
  size: tokens.length,
  endIds: [END],
  longest: Math.max(...tokens.slice(1).map((token) => token.length)),
  bytes: (id) => (id === END ? new Uint8Array() : Uint8Array.from(tokens[id]!, (byte) => byte.codePointAt(0)!)),
  withBytes: (latin1) => tokens.flatMap((token, id) => (id !== END && token === latin1 ? [id] : [])),
});

/** The ids that a mask allows. */
const allowed = (mask: Uint32Array | undefined): number[] =>
  TOKENS.flatMap((_, id) => (mask && (mask[id >> 5]! >> (id & 31)) & 1 ? [id] : []));

describe('choice', () => {
  test('allows every token that goes on with some choice, two of the same bytes alike', () => {
    const state = choice(['abc', 'b']).begin(vocabulary());
    expect(allowed(state.mask())).toEqual([1, 2, 3, 4, 9]);
    state.accept(3);
    expect(allowed(state.mask())).toEqual([5]);
  });

  test('allows the end where a choice is whole, also where another goes on', () => {
    const state = choice(['a', 'ab']).begin(vocabulary());
    state.accept(1);
    expect(allowed(state.mask())).toEqual([END, 2]);
    state.accept(2);
    expect(allowed(state.mask())).toEqual([END]);
  });

  test('takes tokens back', () => {
    const state = choice(['abc']).begin(vocabulary());
    const before = allowed(state.mask());
    for (const id of [1, 2, 5, END]) state.accept(id);
    state.undo(3);
    expect(allowed(state.mask())).toEqual([2]);
    state.undo(1);
    expect(allowed(state.mask())).toEqual(before);
  });

  test('goes byte by byte through characters', () => {
    const state = choice(['é']).begin(vocabulary());
    expect(allowed(state.mask())).toEqual([6, 8]);
    state.accept(6);
    expect(allowed(state.mask())).toEqual([7]);
  });

  test('never enters a way that tokens cannot finish', () => {
    // Without a token for b alone, "a" must be followed by nothing that needs it.
    const tokens = ['<end>', 'a', 'ab', 'c'];
    const state = choice(['abc']).begin(vocabulary(tokens));
    expect(allowed(state.mask())).toEqual([2]);
  });

  test('names a choice that the tokens cannot write', () => {
    expect(() => choice(['a', 'x']).begin(vocabulary())).toThrow(/The choice "x" cannot be written/);
  });

  test.each([[[]], ['yes'], [['']], [[3]], [['\ud800']], [undefined], [Array(5000).fill('a')]])(
    'refuses %j',
    (texts) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a caller may pass
      expect(() => choice(texts as string[])).toThrow(expect.objectContaining({ code: 'usage-option' }));
    },
  );
});

describe('a mask', () => {
  test('has a bit for every token', () => {
    const mask = emptyMask(33);
    allow(mask, 32);
    expect([...mask]).toEqual([0, 1]);
  });

  test.each([-1, 1.5, Number.NaN, 64])('refuses the id %d of two words', (id) => {
    expect(() => allow(new Uint32Array(2), id)).toThrow(expect.objectContaining({ code: 'usage-ids' }));
  });

  test.each([-1, 0, 1.5, 2 ** 40])('refuses %d tokens', (size) => {
    expect(() => emptyMask(size)).toThrow(expect.objectContaining({ code: 'usage-option' }));
  });
});

describe('the option constraint', () => {
  test('takes a value, or the spec of one', () => {
    const value = choice(['a']);
    expect(constraintOf(value)).toBe(value);
    expect(constraintOf(structuredClone(value.spec))).toMatchObject({ name: 'choice', spec: value.spec });
  });

  test.each([null, 3, 'choice', {}, { name: 'nothing-like-it', value: 1 }, { name: 'choice', value: 'a' }])(
    'refuses %j',
    (option) => {
      expect(() => constraintOf(option)).toThrow(expect.objectContaining({ code: 'usage-option' }));
    },
  );

  test('crosses to a Worker as its spec, or says why it cannot', () => {
    expect(plainConstraint(choice(['a', 'b']))).toEqual({ name: 'choice', value: ['a', 'b'] });
    expect(() => plainConstraint(tokenMask(() => undefined))).toThrow(/cannot cross to a Worker/);
  });

  test.each([null, undefined, 3, {}, { name: '', make: () => choice(['a']) }, { name: 'without-make' }])(
    'registers no %j',
    (kind) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a caller may pass
      expect(() => registerConstraint(kind as ConstraintKind)).toThrow(
        expect.objectContaining({ code: 'usage-option' }),
      );
    },
  );

  test('knows what was registered, each name once', () => {
    const kind = {
      name: 'only-first-token',
      make: (value: unknown) => ({ ...tokenMask(() => Uint32Array.of(2)), spec: { name: 'only-first-token', value } }),
    };
    registerConstraint(kind);
    registerConstraint(kind);
    expect(allowed(constraintOf({ name: 'only-first-token', value: 0 }).begin(vocabulary()).mask())).toEqual([1]);
    expect(() => registerConstraint({ ...kind })).toThrow(/registered already/);
  });
});
