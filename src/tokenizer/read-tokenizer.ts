/** The tokenizer of a model file, whatever the file's tokenizer is worth: without one, ids still run. */

import { ModelFileError } from '../core/errors.ts';
import { keyedEnds } from './end-tokens.ts';
import { createTokenizer, type Tokenizer } from './from-gguf.ts';
import type { Metadata } from './metadata.ts';

/**
 * The file's tokenizer, or one that knows ids only where its tokens are unusable: it encodes nothing, and all its ids
 * decode to nothing. Its notes say so.
 * @param rows the rows of the embedding: how many ids there are where the file lists no tokens
 */
export function readTokenizer(metadata: Metadata, rows: number): Tokenizer {
  try {
    return createTokenizer(metadata);
  } catch (error) {
    if (error instanceof ModelFileError) return idsOnly(metadata, rows, error);
    throw error;
  }
}

function idsOnly(metadata: Metadata, rows: number, error: ModelFileError): Tokenizer {
  return {
    vocabSize: rows,
    bosId: undefined,
    padId: undefined,
    addBos: false,
    closingId: undefined,
    eosIds: endsOf(metadata, rows),
    notes: [`there is no text, ids can be given: ${error.happened}`],
    textError: error,
    encode() {
      throw error;
    },
    encodeChat() {
      throw error;
    },
    decode: () => '',
    tokenBytes: () => new Uint8Array(0),
    isSpecial: () => false,
  };
}

function endsOf(metadata: Metadata, rows: number): readonly number[] {
  try {
    return keyedEnds(metadata, rows);
  } catch (error) {
    // An end that is no id of the model can never come.
    if (error instanceof ModelFileError) return [];
    throw error;
  }
}
