import { describe, expect, it } from 'vitest';
import { inspectModel, openTokenizer } from '../../../src/node/inspect.ts';
import { tinyModel, type TinyModelOptions } from '../../support/tiny-model.ts';

const file = (metadata: TinyModelOptions['metadata'] = {}): Blob => new Blob([tinyModel({ layers: 1, metadata })]);

describe('inspectModel', () => {
  it('has nothing to note about a usual file', async () => {
    expect((await inspectModel(file())).tokenizer).toMatchObject({
      pre: 'smollm',
      vocab: 320,
      eosIds: [2, 0, 1],
      notes: [],
    });
  });

  it.each<[string, TinyModelOptions['metadata'], RegExp]>([
    ['no tokens', { 'tokenizer.ggml.tokens': undefined }, /no text.*tokenizer\.ggml\.tokens/],
    ['another tokenizer', { 'tokenizer.ggml.model': 'rwkv' }, /cannot be tokenised.*'rwkv'/],
    ['no model of a tokenizer', { 'tokenizer.ggml.model': undefined }, /cannot be tokenised.*tokenizer\.ggml\.model/],
    ['an unknown rule', { 'tokenizer.ggml.pre': 'nobody-knows' }, /cannot be tokenised.*'nobody-knows'/],
    ['no rule', { 'tokenizer.ggml.pre': undefined }, /'default'/],
    ['a template that is no text', { 'tokenizer.chat_template': { u32: 1 } }, /chats cannot be rendered/],
    ['a wish for end tokens', { 'tokenizer.ggml.add_eos_token': { u8: 1 } }, /add_eos_token/],
    [
      'fewer tokens than rows',
      {
        'tokenizer.ggml.tokens': ['a', 'b', '<|im_end|>'],
        'tokenizer.ggml.token_type': Int32Array.of(1, 1, 3),
        'tokenizer.ggml.merges': [],
      },
      /3 tokens for 320 ids/,
    ],
  ])('looks at a file with %s, and notes it', async (_what, metadata, note) => {
    const { tokenizer, memory } = await inspectModel(file(metadata));
    expect(tokenizer.notes).toContainEqual(expect.stringMatching(note));
    expect(memory.weights).toBeGreaterThan(0);
  });

  it('tokenizes nothing where nothing can be, with the reason', async () => {
    const tokenizer = await openTokenizer(file({ 'tokenizer.ggml.tokens': undefined }));
    await expect(tokenizer.encode('a')).rejects.toMatchObject({ code: 'model-tokenizer' });
    await expect(tokenizer.decode([1])).rejects.toMatchObject({ code: 'model-tokenizer' });
  });
});
