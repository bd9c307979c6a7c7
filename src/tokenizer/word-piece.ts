/**
 * WordPiece (tokenizer.ggml.model 'bert'): words of a lower-cased text as the longest pieces that are tokens. Files write the
 * beginning of a word as U+2581 and nothing before what goes on with one. https://arxiv.org/abs/1810.04805
 */

import { Tokenizer as Pieces } from '@huggingface/tokenizers';
import { flagOf, tokenizerError, type Metadata } from './metadata.ts';
import type { TextCoder } from './text-coder.ts';
import type { Vocabulary } from './vocabulary.ts';

const START = '\u2581';
const UNKNOWN = '[UNK]';
const utf8 = new TextEncoder();

/** The bytes that a token stands for: a word begins with a space. */
export const bytesOfWordPiece = (text: string): Uint8Array => utf8.encode(text.replaceAll(START, ' '));

/** @throws ModelFileError `model-tokenizer` where there is no token for words that are not known. */
export function wordPieceCoder(metadata: Metadata, { ordinary, special }: Vocabulary): TextCoder {
  const unknown = special.get(UNKNOWN) ?? ordinary.get(UNKNOWN);
  if (unknown === undefined)
    throw tokenizerError(`The vocabulary has no token "${UNKNOWN}".`, 'WordPiece needs one for unknown words.');
  // The library, as the models' own files, marks what goes on with a word.
  const vocab = Object.fromEntries(
    [...ordinary].map(([text, id]) => [text.startsWith(START) ? text.slice(START.length) : `##${text}`, id] as const),
  );
  const lowercase = flagOf(metadata, 'tokenizer.ggml.normalizer.lowercase') ?? true;
  const pieces = new Pieces(
    {
      normalizer: {
        type: 'BertNormalizer',
        clean_text: true,
        handle_chinese_chars: true,
        strip_accents: null,
        lowercase,
      },
      pre_tokenizer: { type: 'BertPreTokenizer' },
      model: {
        type: 'WordPiece',
        vocab: { ...vocab, [UNKNOWN]: unknown },
        unk_token: UNKNOWN,
        continuing_subword_prefix: '##',
        max_input_chars_per_word: 100,
      },
      post_processor: null,
      decoder: null,
      added_tokens: [], // Special tokens are cut out before, so that plain text can never turn into one.
    },
    {},
  );
  return {
    addBos: true,
    addSep: true,
    notes: [],
    encode(sections) {
      const ids: number[] = [];
      for (const section of sections) {
        if (typeof section === 'number') ids.push(section);
        else for (const id of pieces.encode(section, { add_special_tokens: false }).ids) ids.push(id);
      }
      return ids;
    },
  };
}
