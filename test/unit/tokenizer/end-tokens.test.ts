import { describe, expect, it } from 'vitest';
import { createTokenizer, type Tokenizer } from '../../../src/tokenizer/from-gguf.ts';
import { readTokenizer } from '../../../src/tokenizer/read-tokenizer.ts';
import type { GgufValue } from '../../../src/weights/gguf.ts';
import golden from '../../golden/end-tokens.json';
import { thrownBy, tinyMetadata } from './support.ts';

type Extra = Readonly<Record<string, GgufValue>>;

/** A vocabulary whose ids from 256 on are these tokens of these types. */
function withTokens(added: readonly (readonly [string, number])[], extra: Extra = {}): Tokenizer {
  const metadata = tinyMetadata();
  const tokens = metadata.get('tokenizer.ggml.tokens') as readonly string[];
  const types = metadata.get('tokenizer.ggml.token_type') as Int32Array;
  metadata.set('tokenizer.ggml.tokens', [...tokens, ...added.map(([text]) => text)]);
  metadata.set('tokenizer.ggml.token_type', Int32Array.from([...types, ...added.map(([, type]) => type)]));
  for (const [key, value] of Object.entries(extra)) metadata.set(`tokenizer.ggml.${key}`, value);
  return createTokenizer(metadata);
}

describe('tokens that end an answer', () => {
  it.each(golden.tokens as [string, number][])('%s of type %i ends it and is hidden', (text, type) => {
    const tokenizer = withTokens([[text, type]], { eos_token_id: 65 });
    expect(tokenizer.eosIds).toEqual([65, 256]);
    expect(tokenizer.isSpecial(256)).toBe(true);
    expect(tokenizer.decode([66, 256], { skipSpecial: true })).toBe('B');
    // As a marker it is found where markers are asked for, and nowhere else.
    expect(tokenizer.encode(text, { special: true })).toEqual([256]);
    expect(tokenizer.encode(text)).not.toContain(256);
  });

  it('takes lists of ids, under either key, the first one first', () => {
    expect(withTokens([], { eos_token_id: Uint32Array.of(3, 1) }).eosIds).toEqual([3, 1]);
    expect(withTokens([], { eos_token_id: Int32Array.of(3, -1) }).eosIds).toEqual([3]);
    expect(withTokens([], { eos_token_id: 3, eos_token_ids: Uint32Array.of(3, 68) }).eosIds).toEqual([3, 68]);
    expect(withTokens([], { eot_token_ids: BigUint64Array.of(7n), eom_token_id: 9 }).eosIds).toEqual([7, 9]);
    expect(String(thrownBy(() => withTokens([], { eos_token_ids: Uint32Array.of(3, 999) })))).toContain('holds 999');
    expect(String(thrownBy(() => withTokens([], { bos_token_id: Uint32Array.of(3, 1) })))).toContain('list of 2');
  });

  it.each([-1, 4_294_967_295, 18_446_744_073_709_551_615n])('reads %s as no token', (none) => {
    const tokenizer = withTokens([], { eos_token_id: none, bos_token_id: none, padding_token_id: none });
    expect(tokenizer).toMatchObject({ eosIds: [], bosId: undefined, padId: undefined });
  });

  it('spares what stands between the parts of one answer', () => {
    const control = (...names: string[]): [string, number][] => names.map((name) => [name, 3]);
    expect(withTokens(control('<|end|>', '<|return|>', '<|call|>')).eosIds).toEqual([257, 258]);
    expect(withTokens(control('<|end|>', '<|flush|>', '<|calls|>')).eosIds).toEqual([258, 257]);
    expect(withTokens(control('<|end|>', '<|return|>')).eosIds).toEqual([256, 257]);
    expect(withTokens(control('</s>', '<|tool_response>')).eosIds).toEqual([257]);
  });

  it('ends at the opener of the next turn, unless it is an ordinary word', () => {
    for (const type of [3, 4]) {
      const tokenizer = withTokens([['<|im_start|>', type]], { eos_token_id: 65 });
      expect(tokenizer.eosIds).toEqual([65, 256]);
      expect(tokenizer.decode([256], { skipSpecial: true })).toBe('');
    }
    expect(withTokens([['[INST]', 1]]).eosIds).toEqual([]);
  });

  it('names what the file wants after texts and does not get', () => {
    expect(withTokens([], { add_eos_token: true, eos_token_id: 3 }).notes).toEqual([
      expect.stringContaining('add_eos_token'),
    ]);
    expect(withTokens([], { add_sep_token: 1 }).notes).toEqual([expect.stringContaining('add_sep_token')]);
    expect(withTokens([], { suppress_tokens: Int32Array.of(5, 6) }).notes).toEqual([
      expect.stringContaining('2 tokens'),
    ]);
    expect(withTokens([], { add_eos_token: false, add_sep_token: 0 }).notes).toEqual([]);
  });
});

describe('a file without a usable tokenizer', () => {
  it('has ids and ends, and tells what is wrong with its texts', () => {
    const metadata = tinyMetadata({ extra: { 'tokenizer.ggml.eos_token_id': 7 } });
    metadata.delete('tokenizer.ggml.token_type');
    const tokenizer = readTokenizer(metadata, 300);
    expect(tokenizer).toMatchObject({ vocabSize: 300, eosIds: [7], textError: { code: 'model-tokenizer' } });
    expect(tokenizer.notes).toEqual([expect.stringContaining('token_type')]);
    expect(tokenizer.decode([1, 2])).toBe('');
    expect(thrownBy(() => tokenizer.encode('a'))).toMatchObject({ code: 'model-tokenizer' });
    expect(readTokenizer(new Map(), 10)).toMatchObject({ vocabSize: 10, eosIds: [] });
    expect(readTokenizer(new Map([['tokenizer.ggml.eos_token_id', 10]]), 10).eosIds).toEqual([]);
  });

  it('shows the text of ids where only the way to cut words is unknown', () => {
    const tokenizer = readTokenizer(tinyMetadata({ pre: 'nobody-knows' }), 256);
    expect(tokenizer.textError).toBeUndefined();
    expect(tokenizer.decode([65])).toBe('A');
    expect(thrownBy(() => tokenizer.encode('a'))).toMatchObject({ code: 'model-tokenizer' });
  });
});
