/** The tokenizer of a GGUF file: its metadata, given to Hugging Face's tokenizer library as a tokenizer.json. */

import { Tokenizer as BpeTokenizer } from '@huggingface/tokenizers';
import { ModelFileError, UsageError } from '../core/errors.ts';
import { bytesOfToken, utf8Bytes } from './byte-alphabet.ts';
import { readEncodingRule, type EncodingRule } from './encoding-rule.ts';
import { tokenizerError, type Metadata } from './metadata.ts';
import { GIVEN } from '../templates/text.ts';
import type { RenderedChat } from './rendered-chat.ts';
import { SpecialTokens, type Section } from './special-tokens.ts';
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
  /** Tokens that end an answer (end of text, of turn, of message, the next turn's opener); the file's own `eos` first. */
  readonly eosIds: readonly number[];
  /** What of the file is done otherwise than it says, one sentence each. */
  readonly notes: readonly string[];
  /** Why ids have no text: then all decode to nothing. */
  readonly textError: ModelFileError | undefined;
  /**
   * Text to ids. Lone surrogates count as U+FFFD; bytes that have no token vanish.
   * @throws ModelFileError `model-tokenizer` where the file's way to tokenise is not known.
   */
  encode(text: string, options?: EncodeOptions): number[];
  /**
   * A chat to ids, without `bos` (its template writes it). Special tokens are parsed where the template itself wrote all of
   * one, user-defined ones in the messages too unless they are markers of the template; the rest is ordinary text.
   * @throws ModelFileError as `encode` does
   */
  encodeChat(chat: RenderedChat): number[];
  /** Ids to text; bytes that are no valid UTF-8 become U+FFFD. @throws UsageError `usage-ids` for an id outside the vocabulary. */
  decode(ids: readonly number[], options?: { readonly skipSpecial?: boolean }): string;
  /** The bytes that a token stands for. @throws UsageError `usage-ids` for an id outside the vocabulary. */
  tokenBytes(id: number): Uint8Array;
  /** Whether the token is special (never text of a user or a model). */
  isSpecial(id: number): boolean;
}

/**
 * Builds the tokenizer that a GGUF file describes (byte-level BPE). A file whose words or merges are not known has one
 * that turns ids into text only.
 * @throws ModelFileError `model-tokenizer` when the tokens are unusable.
 */
export function createTokenizer(metadata: Metadata): Tokenizer {
  const vocabulary = readVocabulary(metadata);
  const { tokens, specialIds, userDefined, special, bosId, padId, eosIds } = vocabulary;
  const rule = ruleOf(metadata, vocabulary);
  const addBos = vocabulary.addBos ?? (!(rule instanceof ModelFileError) && rule.pre.addBos && bosId !== undefined);
  if (addBos && bosId === undefined) {
    throw tokenizerError(
      'The file asks for a beginning-of-text token and names none.',
      'tokenizer.ggml.bos_token_id was expected.',
    );
  }
  const bpe = rule instanceof ModelFileError ? undefined : createBpe(vocabulary, rule);
  const alwaysParsed = new SpecialTokens(userDefined);
  const allParsed = new SpecialTokens(new Map([...userDefined, ...special]));
  const literalIds = new Set([...specialIds, ...userDefined.values()]);

  const tokenBytes = (id: number): Uint8Array => {
    const text = tokens[id];
    if (text === undefined) throw idError(id, tokens.length);
    return literalIds.has(id) ? utf8Bytes(text) : bytesOfToken(text);
  };

  const idsOf = (sections: readonly Section[]): number[] => {
    if (!bpe) throw rule;
    const ids: number[] = [];
    for (const section of sections) {
      if (typeof section === 'number') ids.push(section);
      else for (const id of bpe.encode(section, { add_special_tokens: false }).ids) ids.push(id);
    }
    return ids;
  };

  return {
    vocabSize: tokens.length,
    bosId,
    padId,
    addBos,
    eosIds,
    notes: notesOn(vocabulary, rule),
    textError: undefined,
    tokenBytes,
    isSpecial: (id) => specialIds.has(id),
    encode(text, options = {}) {
      const parsed = options.special ? allParsed : alwaysParsed;
      const ids = idsOf(parsed.split(withoutLoneSurrogates(text)));
      return options.bos && addBos && bosId !== undefined ? [bosId, ...ids] : ids;
    },
    encodeChat({ text, origins, isMarker }) {
      return idsOf(
        allParsed.split(
          withoutLoneSurrogates(text),
          (id, start, end) =>
            !origins.slice(start, end).includes(GIVEN) || (!specialIds.has(id) && !isMarker(tokens[id]!)),
        ),
      );
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

function ruleOf(metadata: Metadata, { ordinary }: Vocabulary): EncodingRule | ModelFileError {
  try {
    return readEncodingRule(metadata, ordinary);
  } catch (error) {
    if (error instanceof ModelFileError) return error;
    throw error;
  }
}

function notesOn({ addEos, addSep, suppressed }: Vocabulary, rule: EncodingRule | ModelFileError): string[] {
  const notes: string[] = [];
  if (rule instanceof ModelFileError) notes.push(`texts cannot be tokenised, ids can be given: ${rule.happened}`);
  else if (!rule.named)
    notes.push(
      "the file does not say how words are cut (tokenizer.ggml.pre): the rule 'default' is used, which may not be the model's own",
    );
  if (addEos)
    notes.push(
      'the file asks for an end-of-text token after texts (add_eos_token): it is not added, for answers follow',
    );
  if (addSep ?? (!(rule instanceof ModelFileError) && rule.pre.addSep))
    notes.push('the file asks for a separator after texts (add_sep_token): it is not added, for answers follow');
  if (suppressed > 0) notes.push(`the file wants ${suppressed} tokens never drawn (suppress_tokens): they may be`);
  return notes;
}

const withoutLoneSurrogates = (text: string): string => text.replace(/\p{Surrogate}/gu, '\uFFFD');

/** A pre-tokenizer step that makes matches, and the text between them, pieces of their own. */
const isolated = (expression: string): object => ({
  type: 'Split',
  pattern: { Regex: expression },
  behavior: 'Isolated',
  invert: false,
});

function createBpe({ ordinary }: Vocabulary, { merges, pre }: EncodingRule): BpeTokenizer {
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
