/** What ends an answer, which ids may come, and files whose tokenizer is of little use: tiny models with forced tokens. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tokenMask } from '../../src/constraints/index.ts';
import type { Engine } from '../../src/index.ts';
import type { Constraint } from '../../src/constraints/index.ts';
import { tinyEngine } from '../support/tiny-engine.ts';
import type { TinyModelOptions } from '../support/tiny-model.ts';

const TOKENS = 100;
/** Words of a mask of them. */
const WORDS = 4;
/** Tokens that end answers although no key names them; the rest are letters. */
const ENDS: readonly (readonly [id: number, text: string, type: number])[] = [
  [0, '<|endoftext|>', 3],
  [2, '<|im_end|>', 4],
  [3, '<|eot_id|>', 1],
  [4, '<end_of_turn>', 5],
  [5, '[EOT]', 3],
  [6, '<|im_start|>', 3],
  [7, '<|start_header_id|>', 4],
];

/** Letters by id, the ends among them, for fewer ids than the embedding has rows. */
function metadata(): NonNullable<TinyModelOptions['metadata']> {
  const tokens = Array.from({ length: TOKENS }, (_, id) =>
    id >= 33 && id < 97 ? String.fromCharCode(id) : `<f${id}>`,
  );
  const types = Int32Array.from(tokens, (_, id) => (id >= 33 && id < 97 ? 1 : 5));
  for (const [id, text, type] of ENDS) {
    tokens[id] = text;
    types[id] = type;
  }
  return {
    'tokenizer.ggml.tokens': tokens,
    'tokenizer.ggml.token_type': types,
    'tokenizer.ggml.merges': [],
    'tokenizer.ggml.eos_token_id': Uint32Array.of(0, 70),
    'tokenizer.ggml.eos_token_ids': Uint32Array.from({ length: 20 }, (_, i) => 71 + i),
    'tokenizer.ggml.add_eos_token': { u8: 1 },
  };
}

/** Lets these ids come one after the other, the last one for ever. */
const force = (...wanted: number[]): Constraint =>
  tokenMask((ids) => {
    const words = new Uint32Array(WORDS);
    const next = wanted[Math.min(ids.length, wanted.length - 1)]!;
    words[next >> 5] = 2 ** (next & 31);
    return words;
  });

describe('answers', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await tinyEngine({ layers: 1, metadata: metadata() });
  });
  afterAll(() => engine?.dispose());

  test.each<[string, number]>([
    ...ENDS.map(([id, text, type]): [string, number] => [`${text} of type ${type}`, id]),
    ['the second of a list', 70],
    ['an id of eos_token_ids', 71],
    ['an end beyond those that the GPU knows', 90],
  ])('%s ends an answer and is not shown', async (_what, end) => {
    const { result } = engine.generate([35, 36], { maxTokens: 5, constraint: force(65, end, 66) });
    expect(await result).toMatchObject({ ids: [65, end], text: 'A', finish: 'stop' });
  });

  test('ignoreEos goes on through each of them', async () => {
    const options = { maxTokens: 4, constraint: force(65, 2, 90, 66), ignoreEos: true };
    expect(await engine.generate([35, 36], options).result).toMatchObject({ ids: [65, 2, 90, 66], finish: 'length' });
  });

  test('ids without a token are never drawn, alone or beside a mask', async () => {
    const wild = { maxTokens: 60, temperature: 100, ignoreEos: true, seed: 3 };
    const { ids } = await engine.generate([35, 36], wild).result;
    expect(ids).toHaveLength(60);
    expect(Math.max(...ids)).toBeLessThan(TOKENS);
    const all = tokenMask(() => new Uint32Array(WORDS).fill(0xffffffff));
    expect((await engine.generate([35, 36], { ...wild, constraint: all }).result).ids).toEqual(ids);
    await expect(engine.generate([35], { constraint: force(TOKENS) }).result).rejects.toMatchObject({
      code: 'usage-option',
    });
  });

  test('topP 0 takes the likeliest token', async () => {
    const greedy = { maxTokens: 8, ignoreEos: true } as const;
    const { ids } = await engine.generate([35, 36], greedy).result;
    expect((await engine.generate([35, 36], { ...greedy, temperature: 1, topP: 0 }).result).ids).toEqual(ids);
  });

  test('the report says what the file asks for and does not get', async () => {
    const { fallbacks } = await engine.report();
    expect(fallbacks).toContainEqual(expect.stringContaining('100 tokens for 320 ids'));
    expect(fallbacks).toContainEqual(expect.stringContaining('add_eos_token'));
  });
});

test.each([
  [
    'words that nobody knows how to cut, and a template that is no text',
    { 'tokenizer.ggml.pre': 'nobody-knows', 'tokenizer.chat_template': { u32: 1 } },
    'A',
  ],
  ['no token types', { 'tokenizer.ggml.token_type': undefined }, ''],
])('a file with %s runs by ids', async (_what, changed, text) => {
  const engine = await tinyEngine({ layers: 1, metadata: { ...metadata(), ...changed } });
  try {
    // Without tokens every row of the embedding is one.
    const constraint = text === '' ? tokenMask(() => new Uint32Array(10).fill(2, 2, 3)) : force(65);
    const result = await engine.generate([70, 71], { maxTokens: 1, constraint }).result;
    expect(result).toMatchObject({ ids: [65], text });
    await expect(engine.generate('A').result).rejects.toMatchObject({ code: 'model-tokenizer' });
    await expect(engine.chat([{ role: 'user', content: 'a' }]).result).rejects.toMatchObject({
      code: expect.stringMatching(/^model-(?:tokenizer|template)$/) as unknown,
    });
  } finally {
    await engine.dispose();
  }
});
