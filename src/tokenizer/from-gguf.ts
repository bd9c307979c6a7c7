/** The tokenizer of a GGUF file, made from its metadata. */

import { ModelFileError, UsageError } from '../core/errors.ts';
import { utf8Bytes } from './byte-alphabet.ts';
import { tokenizerError, type Metadata } from './metadata.ts';
import { GIVEN } from '../templates/text.ts';
import type { RenderedChat } from './rendered-chat.ts';
import { SpecialTokens, type Section } from './special-tokens.ts';
import { tokenizerKind, type TokenizerKind } from './tokenizer-kinds.ts';
import type { TextCoder } from './text-coder.ts';
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
  /** What the file wants behind a text that nothing follows, as those that are embedded: its separator or end. */
  readonly closingId: number | undefined;
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
 * Builds the tokenizer that a GGUF file describes (`tokenizer-kinds.ts` lists the kinds). A file whose words or merges are
 * not known has one that turns ids into text only.
 * @throws ModelFileError `model-tokenizer` when the tokens are unusable.
 */
export function createTokenizer(metadata: Metadata): Tokenizer {
  const vocabulary = readVocabulary(metadata);
  const { tokens, specialIds, userDefined, special, bosId, padId, eosIds } = vocabulary;
  const kind = tokenizerKind(metadata);
  const coder = coderOf(kind, metadata, vocabulary);
  const addBos = vocabulary.addBos ?? (!(coder instanceof ModelFileError) && coder.addBos && bosId !== undefined);
  if (addBos && bosId === undefined) {
    throw tokenizerError(
      'The file asks for a beginning-of-text token and names none.',
      'tokenizer.ggml.bos_token_id was expected.',
    );
  }
  const asWritten = new Map([...userDefined].map(([text, id]) => [kind.written(text), id]));
  const alwaysParsed = new SpecialTokens(asWritten);
  const allParsed = new SpecialTokens(new Map([...asWritten, ...special]));
  const writtenById = new Map([...asWritten].map(([text, id]) => [id, text]));

  const tokenBytes = (id: number): Uint8Array => {
    const text = tokens[id];
    if (text === undefined) throw idError(id, tokens.length);
    if (specialIds.has(id)) return utf8Bytes(text);
    const written = writtenById.get(id);
    return written === undefined ? kind.bytes(text) : utf8Bytes(written);
  };

  const idsOf = (sections: readonly Section[]): number[] => {
    if (coder instanceof ModelFileError) throw coder;
    return coder.encode(sections);
  };

  return {
    vocabSize: tokens.length,
    bosId,
    padId,
    addBos,
    eosIds,
    closingId: closingOf(vocabulary, coder),
    notes: notesOn(vocabulary, coder),
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
            !origins.slice(start, end).includes(GIVEN) || (!specialIds.has(id) && !isMarker(kind.written(tokens[id]!))),
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

function coderOf(kind: TokenizerKind, metadata: Metadata, vocabulary: Vocabulary): TextCoder | ModelFileError {
  try {
    return kind.coder(metadata, vocabulary);
  } catch (error) {
    if (error instanceof ModelFileError) return error;
    throw error;
  }
}

function closingOf(
  { addEos = false, addSep, eosId, sepId }: Vocabulary,
  coder: TextCoder | ModelFileError,
): number | undefined {
  const separated = addSep ?? (!(coder instanceof ModelFileError) && coder.addSep);
  return addEos ? eosId : separated ? (sepId ?? eosId) : undefined;
}

function notesOn({ addEos, addSep, suppressed }: Vocabulary, coder: TextCoder | ModelFileError): string[] {
  const notes: string[] = [];
  if (coder instanceof ModelFileError) notes.push(`texts cannot be tokenised, ids can be given: ${coder.happened}`);
  else notes.push(...coder.notes);
  if (addEos)
    notes.push(
      'the file asks for an end-of-text token after texts (add_eos_token): it is not added, for answers follow',
    );
  if (addSep ?? (!(coder instanceof ModelFileError) && coder.addSep))
    notes.push('the file asks for a separator after texts (add_sep_token): it is not added, for answers follow');
  if (suppressed > 0) notes.push(`the file wants ${suppressed} tokens never drawn (suppress_tokens): they may be`);
  return notes;
}

const withoutLoneSurrogates = (text: string): string => text.replace(/\p{Surrogate}/gu, '\uFFFD');

function idError(id: number, count: number): UsageError {
  return new UsageError({
    code: 'usage-ids',
    happened: `The token id ${id} is not in the vocabulary.`,
    expected: `Whole numbers from 0 to ${count - 1} were expected.`,
    todo: 'Use ids of this model, such as its tokenizer gives.',
  });
}
