import { describe, expect, it } from 'vitest';
import { ModelFileError } from '../../../src/core/errors.ts';
import { createTokenizer, type Tokenizer } from '../../../src/tokenizer/from-gguf.ts';
import { PRE_TOKENIZERS } from '../../../src/tokenizer/pre-tokenizers.ts';
import type { GgufValue } from '../../../src/weights/gguf.ts';
import golden from '../../golden/pre-tokenizers.json';
import { alphabet, modelMetadata, thrownBy, tinyMetadata } from './support.ts';

/** The model's vocabulary with the bytes that it lacks, so that every text has ids. */
async function wholeMetadata(): Promise<Map<string, GgufValue>> {
  const metadata = new Map(await modelMetadata());
  const tokens = metadata.get('tokenizer.ggml.tokens') as readonly string[];
  const types = metadata.get('tokenizer.ggml.token_type') as Int32Array;
  const known = new Set(tokens);
  const missing = alphabet().filter((letter) => !known.has(letter));
  metadata.set('tokenizer.ggml.tokens', [...tokens, ...missing]);
  metadata.set('tokenizer.ggml.token_type', Int32Array.from([...types, ...missing.map(() => 1)]));
  return metadata;
}

const metadata = await wholeMetadata();
const byRule = new Map<unknown, Tokenizer>();

/** The tokenizer under a name's rule, which may have other names. */
function tokenizerOf(pre: string): Tokenizer {
  const rule = PRE_TOKENIZERS.get(pre) ?? pre;
  const tokenizer = byRule.get(rule) ?? createTokenizer(new Map(metadata).set('tokenizer.ggml.pre', pre));
  byRule.set(rule, tokenizer);
  return tokenizer;
}

/** These rules take one list of letters for another; no public text defines it in a few words. */
const REFUSED = new Set(['deepseek-llm']);

describe('pre-tokenizers', () => {
  it.each(golden.cases.filter(({ pre }) => !REFUSED.has(pre)))('$pre cuts as llama.cpp does', ({ pre, ids }) => {
    const tokenizer = tokenizerOf(pre);
    expect(golden.texts.map((text) => tokenizer.encode(text))).toEqual(ids);
  });

  it('refuses by name, at the first text, what it does not know', () => {
    for (const pre of [...REFUSED, 'nobody-knows', 'constructor']) {
      const tokenizer = tokenizerOf(pre);
      const error = thrownBy(() => tokenizer.encode('a'));
      expect(error).toBeInstanceOf(ModelFileError);
      expect(error).toMatchObject({ code: 'model-tokenizer' });
      expect(String(error)).toContain(`'${pre}'`);
      expect(tokenizer.notes).toHaveLength(1);
      expect(tokenizer.decode([9627])).toBe(' IT');
    }
  });

  it('cuts by the default rule where the file names none, and says so', () => {
    const without = tinyMetadata({ pre: 'default', merges: ['a b'] });
    const named = createTokenizer(without);
    without.delete('tokenizer.ggml.pre');
    const tokenizer = createTokenizer(without);
    expect(tokenizer.encode('ab 1234=')).toEqual(named.encode('ab 1234='));
    expect(named.notes).toEqual([]);
    expect(tokenizer.notes).toEqual([expect.stringContaining('tokenizer.ggml.pre')]);
  });

  it('gives every text back, under every rule', () => {
    const text =
      "It's  12345\r\n\r\n .x_1\t!?  \n z na\u00efve \u6f22\u5b57 \uFEFF\u0085\u{1F600} (`[a]`) ABCdef $+<=>^~| ";
    for (const pre of PRE_TOKENIZERS.keys()) {
      const tokenizer = createTokenizer(tinyMetadata({ pre }));
      expect(tokenizer.decode(tokenizer.encode(text)), pre).toBe(text);
    }
  });
});
