/** The tokenizer's part of a GGUF file's metadata, checked. */

import { ModelFileError } from '../core/errors.ts';
import type { GgufValue } from '../weights/gguf.ts';
import { PRE_TOKENIZERS, type PreTokenizer } from './pre-tokenizers.ts';

/** Values of `tokenizer.ggml.token_type`. Source: llama.cpp, include/llama.h, enum llama_token_type. */
const TokenType = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

export interface Vocabulary {
  readonly tokens: readonly string[];
  /** Special tokens: parsed only on request, hidden on request (types control and unknown). */
  readonly special: ReadonlyMap<string, number>;
  readonly specialIds: ReadonlySet<number>;
  /** Tokens found in every text as they stand (type user-defined). */
  readonly userDefined: ReadonlyMap<string, number>;
  /** All other tokens, which merges build. */
  readonly ordinary: ReadonlyMap<string, number>;
  readonly merges: readonly (readonly [string, string])[];
  readonly pre: PreTokenizer;
  readonly bosId: number | undefined;
  readonly padId: number | undefined;
  readonly addBos: boolean;
  /** Tokens that end an answer; the file's own `eos` first. */
  readonly eosIds: readonly number[];
}

/** Names of special tokens that end a turn although the file's keys do not say so. Source: llama.cpp, src/llama-vocab.cpp. */
const END_OF_TURN = ['<|eot_id|>', '<|im_end|>', '<|end|>', '<end_of_turn>', '<|endoftext|>', '<|eom_id|>', '<EOT>'];

/** A ModelFileError about the tokenizer's metadata. */
export function tokenizerError(happened: string, expected: string, todo?: string): ModelFileError {
  return new ModelFileError({
    code: 'model-tokenizer',
    happened,
    expected,
    todo: todo ?? 'Use another GGUF file of the model, for instance a fresh conversion.',
  });
}

type Metadata = ReadonlyMap<string, GgufValue>;

function stringOf(metadata: Metadata, key: string): string {
  const value = metadata.get(key);
  if (typeof value === 'string') return value;
  throw tokenizerError(
    value === undefined ? `The file has no ${key}.` : `${key} is not a text.`,
    'A text that names how the model tokenises was expected.',
  );
}

function arrayOf(metadata: Metadata, key: string): readonly unknown[] {
  const value = metadata.get(key);
  if (value === undefined)
    throw tokenizerError(`The file has no ${key}.`, 'Byte-level BPE needs tokens, their types and merges.');
  if (typeof value !== 'object') throw tokenizerError(`${key} is not an array.`, 'An array was expected.');
  return Array.from<unknown>(value);
}

function stringsOf(metadata: Metadata, key: string): readonly string[] {
  return arrayOf(metadata, key).map((value, i) => {
    if (typeof value === 'string') return value;
    throw tokenizerError(`${key}[${i}] is not a text.`, 'An array of texts was expected.');
  });
}

function idOf(metadata: Metadata, key: string, count: number): number | undefined {
  const value = metadata.get(key);
  if (value === undefined) return undefined;
  const id = typeof value === 'number' || typeof value === 'bigint' ? Number(value) : Number.NaN;
  if (Number.isInteger(id) && id >= 0 && id < count) return id;
  throw tokenizerError(`${key} is ${String(value)}.`, `A token id from 0 to ${count - 1} was expected.`);
}

function flagOf(metadata: Metadata, key: string): boolean | undefined {
  const value = metadata.get(key);
  if (value === undefined || typeof value === 'boolean') return value;
  throw tokenizerError(`${key} is not true or false.`, 'A boolean was expected.');
}

function preTokenizerOf(metadata: Metadata): PreTokenizer {
  const model = stringOf(metadata, 'tokenizer.ggml.model');
  if (model !== 'gpt2') {
    throw tokenizerError(
      `The tokenizer model '${model}' is not supported yet.`,
      "Byte-level BPE (tokenizer.ggml.model 'gpt2') was expected.",
      'Use a model with a byte-level BPE tokenizer, such as SmolLM2.',
    );
  }
  const name = stringOf(metadata, 'tokenizer.ggml.pre');
  const pre = PRE_TOKENIZERS.get(name);
  if (pre) return pre;
  throw tokenizerError(
    `The pre-tokenizer '${name}' (tokenizer.ggml.pre) is not supported yet.`,
    `One of ${[...PRE_TOKENIZERS.keys()].join(', ')} was expected.`,
    'Use a model with one of these, or ask for this one to be added.',
  );
}

function typesOf(metadata: Metadata, count: number): readonly number[] {
  const types = arrayOf(metadata, 'tokenizer.ggml.token_type').map(Number);
  if (types.length !== count) {
    throw tokenizerError(
      `tokenizer.ggml.token_type has ${types.length} entries for ${count} tokens.`,
      'One type for each token was expected.',
    );
  }
  const wrong = types.findIndex((type) => !Number.isInteger(type) || type < TokenType.normal || type > TokenType.byte);
  if (wrong >= 0) {
    throw tokenizerError(
      `tokenizer.ggml.token_type[${wrong}] is ${types[wrong]}.`,
      'A token type from 1 to 6 was expected.',
    );
  }
  return types;
}

function mergesOf(metadata: Metadata, ordinary: ReadonlyMap<string, number>): (readonly [string, string])[] {
  return stringsOf(metadata, 'tokenizer.ggml.merges').map((merge, i) => {
    const [left, right, ...rest] = merge.split(' ');
    if (!left || !right || rest.length > 0) {
      throw tokenizerError(
        `tokenizer.ggml.merges[${i}] is '${merge}'.`,
        'Two tokens with one space between were expected.',
      );
    }
    // Without this check a merge would quietly drop text whose token does not exist.
    if (!ordinary.has(left) || !ordinary.has(right) || !ordinary.has(left + right)) {
      throw tokenizerError(
        `tokenizer.ggml.merges[${i}] ('${merge}') names a token that is not an ordinary token of the vocabulary.`,
        'Both parts of a merge and its result must be tokens.',
      );
    }
    return [left, right] as const;
  });
}

/**
 * Reads and checks everything the tokenizer needs.
 * @throws ModelFileError `model-tokenizer` when something is missing, contradicts itself or is not supported.
 */
export function readVocabulary(metadata: Metadata): Vocabulary {
  const pre = preTokenizerOf(metadata);
  const tokens = stringsOf(metadata, 'tokenizer.ggml.tokens');
  if (tokens.length === 0) throw tokenizerError('tokenizer.ggml.tokens is empty.', 'At least one token was expected.');
  const types = typesOf(metadata, tokens.length);

  const special = new Map<string, number>();
  const specialIds = new Set<number>();
  const userDefined = new Map<string, number>();
  const ordinary = new Map<string, number>();
  for (const [id, text] of tokens.entries()) {
    const type = types[id];
    const isSpecial = type === TokenType.control || type === TokenType.unknown;
    if (isSpecial) specialIds.add(id);
    if (text === '') continue; // Padding: it has an id but can stand for no text.
    if (isSpecial) special.set(text, id);
    else if (type === TokenType.userDefined) userDefined.set(text, id);
    else ordinary.set(text, id);
  }
  const merges = mergesOf(metadata, ordinary);

  const id = (name: string): number | undefined => idOf(metadata, `tokenizer.ggml.${name}_token_id`, tokens.length);
  const bosId = id('bos');
  const addBos = flagOf(metadata, 'tokenizer.ggml.add_bos_token') ?? (pre.addBos && bosId !== undefined);
  if (addBos && bosId === undefined) {
    throw tokenizerError(
      'The file asks for a beginning-of-text token and names none.',
      'tokenizer.ggml.bos_token_id was expected.',
    );
  }
  const ends = [id('eos'), id('eot'), id('eom'), ...END_OF_TURN.map((name) => special.get(name))];
  return {
    tokens,
    special,
    specialIds,
    userDefined,
    ordinary,
    merges,
    pre,
    bosId,
    padId: id('padding'),
    addBos,
    eosIds: [...new Set(ends)].filter((end) => end !== undefined),
  };
}
