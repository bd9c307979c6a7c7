import { describe, expect, it } from 'vitest';
import { ModelFileError, UsageError } from '../../../src/core/errors.ts';
import { createTokenizer } from '../../../src/tokenizer/from-gguf.ts';
import type { GgufValue } from '../../../src/weights/gguf.ts';
import { alphabet, thrownBy, tinyMetadata, type TinyOptions } from './support.ts';

const tiny = (options?: TinyOptions): ReturnType<typeof createTokenizer> => createTokenizer(tinyMetadata(options));
const bytes = (text: string): number[] => [...new TextEncoder().encode(text)];

// Every way to build every stretch of the text is a merge: what stays apart was cut apart.
const words = (pre: string, text: string): string[] => {
  const letters = alphabet();
  const mapped = bytes(text).map((byte) => letters[byte] ?? '');
  const part = (from: number, to: number): string => mapped.slice(from, to).join('');
  const merges: string[] = [];
  for (let length = 2; length <= mapped.length; length++) {
    for (let from = 0; from + length <= mapped.length; from++) {
      for (let cut = from + 1; cut < from + length; cut++)
        merges.push(`${part(from, cut)} ${part(cut, from + length)}`);
    }
  }
  const tokenizer = tiny({ pre, merges: [...new Set(merges)] });
  return tokenizer.encode(text).map((id) => tokenizer.decode([id]));
};

const changed = (key: string, value: GgufValue | undefined): (() => unknown) => {
  const metadata = tinyMetadata({ merges: ['a b'], control: ['<s>'] });
  if (value === undefined) metadata.delete(`tokenizer.ggml.${key}`);
  else metadata.set(`tokenizer.ggml.${key}`, value);
  return () => createTokenizer(metadata).encode('a');
};

describe('createTokenizer', () => {
  it('merges by rank, first place first', () => {
    const tokenizer = tiny({ merges: ['a b', 'b c', 'ab c'] });
    expect(tokenizer.encode('abc')).toEqual([258]);
    expect(tokenizer.encode('bcab')).toEqual([257, 256]);
    expect(tokenizer.encode('aab')).toEqual([97, 256]);
  });

  it('covers every byte, so that any text comes back', () => {
    const text = 'a\0\u0085\u00AD\uFEFFé😀\u2028 \r\n\u{10FFFF}';
    expect(tiny().encode(text)).toEqual(bytes(text));
    expect(tiny().decode(tiny().encode(text))).toBe(text);
  });

  it('keeps a byte order mark', () => {
    expect(tiny().decode([0xef, 0xbb, 0xbf, 0x61])).toBe('\uFEFFa');
  });

  it('reads lone surrogates as U+FFFD', () => {
    expect(tiny().encode('a\uD800b\uDC00')).toEqual(bytes('a\uFFFDb\uFFFD'));
    expect(tiny().encode('😀')).toEqual(bytes('😀'));
  });

  it('encodes and decodes nothing', () => {
    expect(tiny().encode('')).toEqual([]);
    expect(tiny().decode([])).toBe('');
  });

  it('parses control tokens only on request, the longest first', () => {
    const tokenizer = tiny({ control: ['<e>', '<e>!'] });
    expect(tokenizer.encode('a<e>!')).toEqual(bytes('a<e>!'));
    expect(tokenizer.encode('a<e>!<e>', { special: true })).toEqual([97, 257, 256]);
    expect(tokenizer.decode([97, 256, 98], { skipSpecial: true })).toBe('ab');
  });

  it('never makes a control token from plain text, even where whole words are tokens', () => {
    const tokenizer = tiny({ pre: 'llama-bpe', control: ['end'] });
    expect(tokenizer.encode('end')).toEqual(bytes('end'));
    expect(tokenizer.encode('end', { special: true })).toEqual([256]);
  });

  it('always parses user-defined tokens, and reads their text as it stands', () => {
    const tokenizer = tiny({ userDefined: ['<é>'] });
    expect(tokenizer.encode('x<é>')).toEqual([120, 256]);
    expect(tokenizer.decode([120, 256])).toBe('x<é>');
    expect(tokenizer.isSpecial(256)).toBe(false);
  });

  it('adds the beginning-of-text token when the file and the caller ask for it', () => {
    const control = ['<s>'];
    const asked = tiny({
      control,
      extra: { 'tokenizer.ggml.bos_token_id': 256, 'tokenizer.ggml.add_bos_token': true },
    });
    expect(asked.encode('a', { bos: true })).toEqual([256, 97]);
    expect(asked.encode('a')).toEqual([97]);
    const silent = tiny({ control, extra: { 'tokenizer.ggml.bos_token_id': 256 } });
    expect(silent.encode('a', { bos: true })).toEqual([97]);
    const byKind = tiny({ pre: 'llama-bpe', control, extra: { 'tokenizer.ggml.bos_token_id': 256 } });
    expect(byKind.encode('a', { bos: true })).toEqual([256, 97]);
  });

  it('collects the tokens that end an answer, the own one of the file first', () => {
    const control = ['<|endoftext|>', '<|im_end|>', '<x>', '<y>'];
    const extra = { 'tokenizer.ggml.eos_token_id': 258, 'tokenizer.ggml.eot_token_id': 259n };
    expect(tiny({ control, extra }).eosIds).toEqual([258, 259, 257, 256]);
    expect(tiny({ userDefined: ['<z>'] }).eosIds).toEqual([]);
  });

  it('refuses ids outside the vocabulary', () => {
    for (const id of [256, -1, 0.5, Number.NaN]) {
      const error = thrownBy(() => tiny().decode([97, id]));
      expect(error).toBeInstanceOf(UsageError);
      expect(error).toMatchObject({ code: 'usage-ids' });
    }
  });
});

describe('words', () => {
  it.each([
    ['gpt-2', "I'll 12a", ['I', "'ll", ' 12', 'a']],
    ['gpt-2', 'a  \n b', ['a', '  \n', ' b']],
    ['gpt-2', 'a\u0085b', ['a', '\u0085', 'b']],
    ['gpt-2', '\uFEFF!', ['\uFEFF!']],
    ['smollm', 'a123 ½', ['a', '1', '2', '3', ' ', '½']],
    ['llama-bpe', "1234 don'T(x", ['123', '4', ' don', "'T", '(x']],
    ['llama-bpe', 'a!\n\n b', ['a', '!\n\n', ' b']],
    ['qwen2', '12 a', ['1', '2', ' a']],
    ['tekken', 'fooBar 12', ['foo', 'Bar', ' ', '1', '2']],
    ['default', 'a=1234', ['a', '=', '123', '4']],
  ])('%s cuts %j into %j', (pre, text, expected) => {
    expect(words(pre, text)).toEqual(expected);
  });

  it('leaves characters as they are composed', () => {
    for (const pre of ['qwen2', 'gpt-2']) expect(tiny({ pre }).encode('e\u0301')).toEqual(bytes('e\u0301'));
  });
});

describe('unusable metadata', () => {
  const cases: [string, GgufValue | undefined, string][] = [
    ['model', undefined, 'tokenizer.ggml.model'],
    ['model', 'rwkv', "'rwkv'"],
    ['model', 'llama', 'tokenizer.ggml.scores'],
    ['model', 7, 'tokenizer.ggml.model'],
    ['pre', 7, 'tokenizer.ggml.pre'],
    ['pre', 'bloom', "'bloom'"],
    ['pre', 'constructor', "'constructor'"],
    ['tokens', undefined, 'tokenizer.ggml.tokens'],
    ['tokens', 'abc', 'tokenizer.ggml.tokens'],
    ['tokens', [], 'tokenizer.ggml.tokens'],
    ['tokens', Int32Array.of(1), 'tokenizer.ggml.tokens'],
    ['token_type', undefined, 'tokenizer.ggml.token_type'],
    ['token_type', Int32Array.of(1, 1), '258'],
    ['token_type', new Int32Array(258), 'token_type[0]'],
    ['merges', undefined, 'tokenizer.ggml.merges'],
    ['merges', ['ab'], "'ab'"],
    ['merges', ['a b', 'a  b'], "'a  b'"],
    ['merges', ['b c'], "'b c'"],
    ['merges', ['< s>'], "'< s>'"],
    ['eos_token_id', 258, '258'],
    ['eos_token_id', -2, '-2'],
    ['bos_token_id', 0.5, '0.5'],
    ['padding_token_id', 'x', 'x'],
    ['add_bos_token', 2, 'add_bos_token'],
    ['add_bos_token', 1, 'beginning-of-text'],
    ['add_bos_token', true, 'beginning-of-text'],
  ];
  it.each(cases)('tokenizer.ggml.%s: case %# is refused', (key, value, named) => {
    const error = thrownBy(changed(key, value));
    expect(error).toBeInstanceOf(ModelFileError);
    expect(error).toMatchObject({ code: 'model-tokenizer' });
    expect(String(error)).toContain(named);
  });

  it('accepts names of JavaScript objects as tokens', () => {
    const tokenizer = tiny({ userDefined: ['__proto__', 'constructor'], merges: [] });
    expect(tokenizer.encode('__proto__constructor')).toEqual([256, 257]);
    expect(tiny({ merges: ['_ _'] }).encode('__')).toEqual([256]);
  });
});
