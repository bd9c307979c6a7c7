/**
 * SentencePiece's BPE (tokenizer.ggml.model 'llama': Llama 2, Mistral, Gemma, Phi-3): pieces with scores, of which the
 * highest is joined first (or, as in 'gemma4', pieces with merges in their order), spaces written as U+2581, and a token for each byte that no piece holds.
 * https://arxiv.org/abs/1808.06226; the space before a text is put where llama.cpp puts it (src/llama-vocab.cpp).
 */

import { Tokenizer as BpeTokenizer } from '@huggingface/tokenizers';
import { arrayOf, flagOf, tokenizerError, type Metadata } from './metadata.ts';
import type { TextCoder } from './text-coder.ts';
import type { Vocabulary } from './vocabulary.ts';

const SPACE = '\u2581';
const BYTE = /^<0x([0-9A-F]{2})>$/;
const utf8 = new TextEncoder();

/** The bytes that an ordinary piece stands for. */
export function bytesOfPiece(text: string): Uint8Array {
  const byte = BYTE.exec(text);
  return byte ? Uint8Array.of(Number.parseInt(byte[1]!, 16)) : utf8.encode(plainPiece(text));
}

/** A piece as it stands in texts. */
export const plainPiece = (text: string): string => text.replaceAll(SPACE, ' ');

/** Tokens after which Phi-3's own tokenizer drops white space: all special ones but these. */
const KEEPS_SPACE: ReadonlySet<string> = new Set(['<unk>', '<s>', '<|endoftext|>']);

/**
 * @param merges the file's own, in place of those that follow from scores
 * @throws ModelFileError `model-tokenizer` where scores are missing or are no numbers
 */
export function sentencePieceCoder(
  metadata: Metadata,
  vocabulary: Vocabulary,
  merges?: (readonly [string, string])[],
): TextCoder {
  const { ordinary, special, specialIds, tokens, bosId } = vocabulary;
  const bpe = createBpe(ordinary, special, merges ?? mergesOf(ordinary, scoresOf(metadata, tokens.length)));
  const addSpace = flagOf(metadata, 'tokenizer.ggml.add_space_prefix') ?? true;
  const stripping = metadata.get('general.architecture') === 'phi3';
  const strips = (id: number): boolean => stripping && specialIds.has(id) && !KEEPS_SPACE.has(tokens[id]!);
  return {
    addBos: bosId !== undefined,
    addSep: false,
    notes: [],
    encode(sections) {
      const ids: number[] = [];
      let previous: number | undefined;
      let begins = true;
      for (const section of sections) {
        if (typeof section === 'number') {
          ids.push(section);
          previous = section;
          begins = true;
          continue;
        }
        const text = begins && previous !== undefined && strips(previous) ? section.replace(/^[ \t-\r]+/, '') : section;
        if (text === '') continue;
        const written = (addSpace && begins ? ` ${text}` : text).replaceAll(' ', SPACE);
        for (const id of bpe.encode(written, { add_special_tokens: false }).ids) ids.push(id);
        begins = false;
      }
      return ids;
    },
  };
}

function scoresOf(metadata: Metadata, count: number): readonly number[] {
  const scores = arrayOf(metadata, 'tokenizer.ggml.scores').map(Number);
  if (scores.length !== count)
    throw tokenizerError(
      `tokenizer.ggml.scores has ${scores.length} entries for ${count} tokens.`,
      'One score for each token was expected.',
    );
  const wrong = scores.findIndex((score) => Number.isNaN(score));
  if (wrong >= 0) throw tokenizerError(`tokenizer.ggml.scores[${wrong}] is no number.`, 'A number was expected.');
  return scores;
}

/** Every way to make a piece of two others, those of the highest score first. */
function mergesOf(ordinary: ReadonlyMap<string, number>, scores: readonly number[]): (readonly [string, string])[] {
  const found: { readonly pair: readonly [string, string]; readonly score: number }[] = [];
  for (const [text, id] of ordinary) {
    if (BYTE.test(text)) continue;
    for (let at = 1; at < text.length; at++) {
      // A character of two units is never cut.
      if (text.charCodeAt(at) >= 0xdc00 && text.charCodeAt(at) < 0xe000) continue;
      const pair = [text.slice(0, at), text.slice(at)] as const;
      if (ordinary.has(pair[0]) && ordinary.has(pair[1])) found.push({ pair, score: scores[id]! });
    }
  }
  return found.toSorted((a, b) => b.score - a.score).map(({ pair }) => pair);
}

function createBpe(
  ordinary: ReadonlyMap<string, number>,
  special: ReadonlyMap<string, number>,
  merges: (readonly [string, string])[],
): BpeTokenizer {
  const unknown = ['<unk>', '[UNK]'].find((text) => special.has(text));
  const vocab = new Map(ordinary);
  if (unknown !== undefined) vocab.set(unknown, special.get(unknown)!);
  return new BpeTokenizer(
    {
      normalizer: null,
      pre_tokenizer: null,
      model: {
        type: 'BPE',
        vocab: Object.fromEntries(vocab),
        merges,
        byte_fallback: true,
        ...(unknown !== undefined && { unk_token: unknown }),
      },
      post_processor: null,
      decoder: null,
      added_tokens: [], // Special tokens are cut out before, so that plain text can never turn into one.
    },
    {},
  );
}
