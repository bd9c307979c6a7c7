/** The kinds of tokenizers, by `tokenizer.ggml.model`. */

import { bytesOfToken } from './byte-alphabet.ts';
import { byteLevelCoder } from './byte-level.ts';
import { readMerges } from './encoding-rule.ts';
import { textOf, tokenizerError, type Metadata } from './metadata.ts';
import { bytesOfPiece, plainPiece, sentencePieceCoder } from './sentence-piece.ts';
import type { TextCoder } from './text-coder.ts';
import { bytesOfWordPiece, wordPieceCoder } from './word-piece.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface TokenizerKind {
  /** @throws ModelFileError `model-tokenizer` where the file's way to tokenise is not known. */
  coder(metadata: Metadata, vocabulary: Vocabulary): TextCoder;
  /** The bytes that an ordinary token's text stands for. */
  bytes(text: string): Uint8Array;
  /** How a user-defined token's text is written in texts. */
  written(text: string): string;
}

const asItIs = (text: string): string => text;

const KINDS: ReadonlyMap<string, TokenizerKind> = new Map([
  ['gpt2', { coder: byteLevelCoder, bytes: bytesOfToken, written: asItIs }],
  [
    'llama',
    {
      coder: (metadata, vocabulary) => sentencePieceCoder(metadata, vocabulary),
      bytes: bytesOfPiece,
      written: plainPiece,
    },
  ],
  [
    'gemma4',
    {
      coder: (metadata, vocabulary) =>
        sentencePieceCoder(metadata, vocabulary, readMerges(metadata, vocabulary.ordinary)),
      bytes: bytesOfPiece,
      written: plainPiece,
    },
  ],
  ['bert', { coder: wordPieceCoder, bytes: bytesOfWordPiece, written: asItIs }],
]);

/** The file's kind; of one that is not known, a kind that gives ids no meaning but their own text. */
export function tokenizerKind(metadata: Metadata): TokenizerKind {
  const known = KINDS.get(String(metadata.get('tokenizer.ggml.model')));
  if (known) return known;
  return {
    bytes: bytesOfToken,
    written: asItIs,
    coder() {
      throw tokenizerError(
        `The tokenizer model '${textOf(metadata, 'tokenizer.ggml.model')}' is not supported yet.`,
        "Byte-level BPE ('gpt2'), SentencePiece BPE ('llama', 'gemma4') or WordPiece ('bert') in tokenizer.ggml.model was expected.",
        'Use a model with one of these, such as SmolLM2 or Mistral, or give token ids.',
      );
    },
  };
}
