/** Random vocabularies and texts: what is encoded comes back, under every rule and streamed, and damaged metadata is refused with a code. */

import { seededRandom, type SeededRandom } from '../../cases/support/seeded-random.ts';
import { createTokenizer, type Tokenizer } from '../../src/tokenizer/from-gguf.ts';
import { PRE_TOKENIZERS } from '../../src/tokenizer/pre-tokenizers.ts';
import { readTokenizer } from '../../src/tokenizer/read-tokenizer.ts';
import { StreamDecoder } from '../../src/tokenizer/stream-decoder.ts';
import type { GgufValue } from '../../src/weights/gguf.ts';
import { tinyMetadata } from '../../test/unit/tokenizer/support.ts';
import { coded, Find, type FuzzPart } from './fuzz.ts';

const NAMES = [...PRE_TOKENIZERS.keys()];
const MARKS = [
  '<|im_end|>',
  '<|im_start|>',
  '</s>',
  '<eos>',
  '[INST]',
  '<|a|>',
  '<|a|>b',
  '<é>',
  ' x ',
  '\n\n',
  '__proto__',
];
const PIECES = [
  [
    'a',
    'b',
    'A',
    'é',
    'e\u0301',
    'ß',
    '漢',
    '字',
    'ひ',
    '한',
    '1',
    '23',
    '456',
    '½',
    ' ',
    '  ',
    '\t',
    '\n',
    '\r\n',
    '\n\n',
  ],
  [
    "'s",
    "'LL",
    '.',
    ',',
    '!?',
    '_',
    '<',
    '>',
    '|',
    '(',
    '`',
    '\u0085',
    '\u00A0',
    '\u2028',
    '\u3000',
    '\uFEFF',
    '\u200B',
  ],
  ['😀', '👨‍👩‍👧', '\0', '\u0301', '\uD800', '\uDC00', '\u{10FFFF}', 'ı', 'İ', 'Ω', 'ﬁ', '\u1100\u1161'],
  [...MARKS],
].flat();

const pick = <T>(random: SeededRandom, list: readonly T[]): T => list[random.int(list.length)]!;
const several = <T>(random: SeededRandom, most: number, make: () => T): T[] =>
  Array.from({ length: random.int(most + 1) }, make);

/** Merges whose parts and results are all tokens. */
function merges(random: SeededRandom): string[] {
  const all = 'Ġ Ċ a b c d e f A B 1 2 3'.split(' ');
  const list = new Map<string, string>();
  for (const left of several(random, 30, () => pick(random, all))) {
    const right = pick(random, all);
    if (list.has(left + right) || all.includes(left + right)) continue;
    list.set(left + right, `${left} ${right}`);
    all.push(left + right);
  }
  return [...list.values()];
}

function vocabulary(random: SeededRandom): Map<string, GgufValue> {
  const marks = several(random, MARKS.length, () => pick(random, MARKS));
  const control = new Set(marks.slice(0, marks.length >> 1));
  const userDefined = new Set(marks.filter((mark) => !control.has(mark)));
  return tinyMetadata({
    pre: pick(random, NAMES),
    merges: merges(random),
    control: [...control],
    userDefined: [...userDefined],
  });
}

const VALUES: readonly GgufValue[] = [
  [-1, 0, 1, 0.5, Number.NaN, 2 ** 40, 2n ** 63n, -1n, true, false, '', 'x', 'qwen2', '__proto__'],
  [[], ['a'], ['a b', 'a b'], [true], Uint32Array.of(1, 2), Int32Array.of(-1), new Float32Array(300), [['a']]],
].flat();

/** Changes a key's value to another one, or to none. */
function damage(random: SeededRandom, metadata: Map<string, GgufValue>): void {
  const key = pick(
    random,
    [
      [...metadata.keys()],
      ['eos', 'bos', 'eot', 'padding', 'fim_pad'].map((name) => `tokenizer.ggml.${name}_token_id`),
      ['bos', 'eos', 'sep'].map((name) => `tokenizer.ggml.add_${name}_token`),
      ['tokenizer.ggml.eos_token_ids'],
    ].flat(),
  );
  if (random.next() < 0.2) metadata.delete(key);
  else metadata.set(key, pick(random, VALUES));
}

function check(tokenizer: Tokenizer, text: string, special: boolean, input: () => string): void {
  const ids = tokenizer.encode(text, { special });
  const wrong = ids.find((id) => !Number.isInteger(id) || id < 0 || id >= tokenizer.vocabSize);
  if (wrong !== undefined) throw new Find(`the id ${wrong} is none`, input());
  const back = tokenizer.decode(ids);
  // Some rules compose characters first; a lone surrogate has no bytes.
  const meant = text.replace(/\p{Surrogate}/gu, '\uFFFD').normalize();
  if (back.normalize() !== meant) throw new Find(`${JSON.stringify(back)} came back`, input());
  if (
    !special &&
    ids.some((id) => tokenizer.isSpecial(id) && tokenizer.decode([id]) !== '[INST]' && !isUserDefined(tokenizer, id))
  )
    throw new Find('a special token came from plain text', input());
  const stream = new StreamDecoder(tokenizer);
  const streamed = ids.map((id) => stream.push(id).text).join('') + stream.flush().text;
  if (streamed !== back) throw new Find(`${JSON.stringify(streamed)} was streamed`, input());
}

/** Openers of a turn that the file calls user-defined are found in every text, as the file wants. */
const isUserDefined = (tokenizer: Tokenizer, id: number): boolean =>
  ['<|im_start|>', '[INST]'].includes(tokenizer.decode([id]));

export const tokenizers: FuzzPart = {
  name: 'tokenizers',
  about: 'texts come back, ids are in the vocabulary, coded errors, 2 s',
  milliseconds: 2000,
  async round(seed) {
    const random = seededRandom(seed);
    const metadata = vocabulary(random);
    const text = several(random, 30, () => pick(random, PIECES)).join('');
    const input = (): string =>
      JSON.stringify({ text, pre: metadata.get('tokenizer.ggml.pre') }, (_key, value: unknown) =>
        typeof value === 'bigint' ? String(value) : value,
      );
    const tokenizer = createTokenizer(metadata);
    check(tokenizer, text, false, input);
    check(tokenizer, text, true, input);
    damage(random, metadata);
    await coded(input, () => {
      const damaged = readTokenizer(metadata, 400);
      return damaged.decode(damaged.encode(text, { special: true, bos: true }));
    });
  },
};
