/** Byte-level BPE (tokenizer.ggml.model 'gpt2'), given to Hugging Face's library as a tokenizer.json. */

import { Tokenizer as BpeTokenizer } from '@huggingface/tokenizers';
import { readEncodingRule, type EncodingRule } from './encoding-rule.ts';
import type { Metadata } from './metadata.ts';
import type { TextCoder } from './text-coder.ts';
import type { Vocabulary } from './vocabulary.ts';

/** @throws ModelFileError `model-tokenizer` where the file's words or merges are not known. */
export function byteLevelCoder(metadata: Metadata, { ordinary }: Vocabulary): TextCoder {
  const rule = readEncodingRule(metadata, ordinary);
  const bpe = createBpe(ordinary, rule);
  return {
    addBos: rule.pre.addBos,
    addSep: rule.pre.addSep,
    notes: rule.named
      ? []
      : [
          "the file does not say how words are cut (tokenizer.ggml.pre): the rule 'default' is used, which may not be the model's own",
        ],
    encode(sections) {
      const ids: number[] = [];
      for (const section of sections) {
        if (typeof section === 'number') ids.push(section);
        else for (const id of bpe.encode(section, { add_special_tokens: false }).ids) ids.push(id);
      }
      return ids;
    },
  };
}

/** A pre-tokenizer step that makes matches, and the text between them, pieces of their own. */
const isolated = (expression: string): object => ({
  type: 'Split',
  pattern: { Regex: expression },
  behavior: 'Isolated',
  invert: false,
});

function createBpe(ordinary: ReadonlyMap<string, number>, { merges, pre }: EncodingRule): BpeTokenizer {
  return new BpeTokenizer(
    {
      normalizer: null,
      pre_tokenizer: {
        type: 'Sequence',
        // Not the library's own GPT-2 expression: JavaScript's \s there differs from Unicode's on U+0085 and U+FEFF.
        pretokenizers: [...pre.splits.map(isolated), { type: 'ByteLevel', add_prefix_space: false, use_regex: false }],
      },
      model: { type: 'BPE', vocab: Object.fromEntries(ordinary), merges, ignore_merges: pre.ignoreMerges },
      post_processor: null,
      decoder: null,
      added_tokens: [], // Special tokens are cut out before, so that plain text can never turn into one.
    },
    {},
  );
}
