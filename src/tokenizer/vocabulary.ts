/** The tokens of a GGUF file's metadata, checked: what each stands for, and which begin and end texts. */

import { endNames, keyedEnds, openerNames } from './end-tokens.ts';
import { arrayOf, flagOf, idOf, idsOf, textsOf, tokenizerError, type Metadata } from './metadata.ts';

/** Values of `tokenizer.ggml.token_type`. Source: llama.cpp, include/llama.h, enum llama_token_type. */
const TokenType = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

export interface Vocabulary {
  readonly tokens: readonly string[];
  /** Special tokens: parsed only on request (types control and unknown, and what ends an answer). */
  readonly special: ReadonlyMap<string, number>;
  /** Ids that are hidden on request: special ones, and those that open a turn. */
  readonly specialIds: ReadonlySet<number>;
  /** Tokens found in every text as they stand (type user-defined). */
  readonly userDefined: ReadonlyMap<string, number>;
  /** All other tokens, which merges build. */
  readonly ordinary: ReadonlyMap<string, number>;
  readonly bosId: number | undefined;
  readonly padId: number | undefined;
  /** The file's own end of text and separator. */
  readonly eosId: number | undefined;
  readonly sepId: number | undefined;
  /** Tokens that end an answer; the file's own `eos` first, the openers of a turn last. */
  readonly eosIds: readonly number[];
  /** Whether the file wants these around a text; undefined where it does not say. */
  readonly addBos: boolean | undefined;
  readonly addEos: boolean | undefined;
  readonly addSep: boolean | undefined;
  /** How many tokens the file wants never drawn. */
  readonly suppressed: number;
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

/**
 * Reads and checks the tokens.
 * @throws ModelFileError `model-tokenizer` when something is missing or contradicts itself.
 */
export function readVocabulary(metadata: Metadata): Vocabulary {
  const tokens = textsOf(metadata, 'tokenizer.ggml.tokens');
  if (tokens.length === 0) throw tokenizerError('tokenizer.ggml.tokens is empty.', 'At least one token was expected.');
  const types = typesOf(metadata, tokens.length);

  const idByText = new Map(tokens.map((text, id) => [text, id]));
  const has = (text: string): boolean => idByText.has(text);
  const ends = new Set(endNames(has));
  // Of an opener's type the file is believed: a word of the language may look like one.
  const openers = openerNames(has).filter((text) => {
    const type = types[idByText.get(text)!]!;
    return type === TokenType.control || type === TokenType.unknown || type === TokenType.userDefined;
  });

  const special = new Map<string, number>();
  const specialIds = new Set(openers.map((text) => idByText.get(text)!));
  const userDefined = new Map<string, number>();
  const ordinary = new Map<string, number>();
  for (const [id, text] of tokens.entries()) {
    const type = types[id];
    const isSpecial = type === TokenType.control || type === TokenType.unknown || ends.has(text);
    if (isSpecial) specialIds.add(id);
    if (text === '') continue; // Padding: it has an id but can stand for no text.
    if (isSpecial) special.set(text, id);
    if (type === TokenType.userDefined && !isSpecial) userDefined.set(text, id);
    // An end that the file calls ordinary may be part of merges.
    else if (type === TokenType.normal || type === TokenType.unused || type === TokenType.byte) ordinary.set(text, id);
  }

  const id = (name: string): number | undefined => idOf(metadata, `tokenizer.ggml.${name}_token_id`, tokens.length);
  const flag = (name: string): boolean | undefined => flagOf(metadata, `tokenizer.ggml.add_${name}_token`);
  const named = [...ends, ...openers].map((text) => idByText.get(text)!);
  return {
    tokens,
    special,
    specialIds,
    userDefined,
    ordinary,
    bosId: id('bos'),
    padId: id('padding'),
    eosId: idsOf(metadata, 'tokenizer.ggml.eos_token_id', tokens.length)[0],
    // The misspelt name is that of files.
    sepId: id('seperator') ?? id('separator'),
    eosIds: [...new Set([...keyedEnds(metadata, tokens.length), ...named])],
    addBos: flag('bos'),
    addEos: flag('eos'),
    addSep: flag('sep'),
    suppressed: idsOf(metadata, 'tokenizer.ggml.suppress_tokens', tokens.length).length,
  };
}
