/** The tokenizer of a GGUF file: its metadata, given to Hugging Face's tokenizer library as a tokenizer.json. */

import { Tokenizer as BpeTokenizer } from '@huggingface/tokenizers';
import { UsageError } from '../core/errors.ts';
import type { GgufValue } from '../weights/gguf.ts';
import { bytesOfToken, utf8Bytes } from './byte-alphabet.ts';
import { SpecialTokens } from './special-tokens.ts';
import { readVocabulary, type Vocabulary } from './vocabulary.ts';

export interface EncodeOptions {
  /** Parse special tokens such as <|im_end|> in the text to their ids; else they are ordinary text. Default false. */
  readonly special?: boolean;
  /**
   * Begin with the beginning-of-text token if the file asks for it (`addBos`). Default false.
   * Set it for a raw prompt that starts a sequence; never for a rendered chat (its template writes the token itself).
   */
  readonly bos?: boolean;
}

export interface Tokenizer {
  /** How many token ids there are: 0 to vocabSize - 1. */
  readonly vocabSize: number;
  readonly bosId: number | undefined;
  readonly padId: number | undefined;
  /** Whether raw prompts of this model begin with `bosId`. */
  readonly addBos: boolean;
  /** Tokens that end an answer (end of text, of turn, of message); the file's own `eos` first. */
  readonly eosIds: readonly number[];
  /** Text to ids. Lone surrogates count as U+FFFD; bytes that have no token vanish. */
  encode(text: string, options?: EncodeOptions): number[];
  /** Ids to text; bytes that are no valid UTF-8 become U+FFFD. @throws UsageError `usage-ids` for an id outside the vocabulary. */
  decode(ids: readonly number[], options?: { readonly skipSpecial?: boolean }): string;
  /** The bytes that a token stands for. @throws UsageError `usage-ids` for an id outside the vocabulary. */
  tokenBytes(id: number): Uint8Array;
  /** Whether the token is special (never text of a user or a model). */
  isSpecial(id: number): boolean;
}

/**
 * Builds the tokenizer that a GGUF file describes (byte-level BPE).
 * @throws ModelFileError `model-tokenizer` when the metadata is unusable or asks for another kind of tokenizer.
 */
export function createTokenizer(metadata: ReadonlyMap<string, GgufValue>): Tokenizer {
  const vocabulary = readVocabulary(metadata);
  const { tokens, specialIds, userDefined, special, bosId, padId, addBos, eosIds } = vocabulary;
  const bpe = createBpe(vocabulary);
  const alwaysParsed = new SpecialTokens(userDefined);
  const allParsed = new SpecialTokens(new Map([...userDefined, ...special]));
  const literalIds = new Set([...specialIds, ...userDefined.values()]);

  const tokenBytes = (id: number): Uint8Array => {
    const text = tokens[id];
    if (text === undefined) throw idError(id, tokens.length);
    return literalIds.has(id) ? utf8Bytes(text) : bytesOfToken(text);
  };

  return {
    vocabSize: tokens.length,
    bosId,
    padId,
    addBos,
    eosIds,
    tokenBytes,
    isSpecial: (id) => specialIds.has(id),
    encode(text, options = {}) {
      const ids: number[] = [];
      if (options.bos && addBos && bosId !== undefined) ids.push(bosId);
      const parsed = options.special ? allParsed : alwaysParsed;
      for (const section of parsed.split(withoutLoneSurrogates(text))) {
        if (typeof section === 'number') ids.push(section);
        else for (const id of bpe.encode(section, { add_special_tokens: false }).ids) ids.push(id);
      }
      return ids;
    },
    decode(ids, options = {}) {
      const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
      let text = '';
      for (const id of ids) {
        const bytes = tokenBytes(id);
        if (!(options.skipSpecial && specialIds.has(id))) text += decoder.decode(bytes, { stream: true });
      }
      return text + decoder.decode();
    },
  };
}

const withoutLoneSurrogates = (text: string): string => text.replace(/\p{Surrogate}/gu, '\uFFFD');

/** A pre-tokenizer step that makes matches, and the text between them, pieces of their own. */
const isolated = (expression: string): object => ({
  type: 'Split',
  pattern: { Regex: expression },
  behavior: 'Isolated',
  invert: false,
});

function createBpe({ ordinary, merges, pre }: Vocabulary): BpeTokenizer {
  return new BpeTokenizer(
    {
      normalizer: pre.nfc ? { type: 'NFC' } : null,
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

function idError(id: number, count: number): UsageError {
  return new UsageError({
    code: 'usage-ids',
    happened: `The token id ${id} is not in the vocabulary.`,
    expected: `Whole numbers from 0 to ${count - 1} were expected.`,
    todo: 'Use ids of this model, such as its tokenizer gives.',
  });
}
