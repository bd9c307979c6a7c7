/** Typed, checked access to the tokenizer's part of a GGUF file's metadata. */

import { ModelFileError } from '../core/errors.ts';
import type { GgufValue } from '../weights/gguf.ts';

export type Metadata = ReadonlyMap<string, GgufValue>;

/** A ModelFileError about the tokenizer's metadata. */
export function tokenizerError(happened: string, expected: string, todo?: string): ModelFileError {
  return new ModelFileError({
    code: 'model-tokenizer',
    happened,
    expected,
    todo: todo ?? 'Use another GGUF file of the model, for instance a fresh conversion.',
  });
}

/** A text that must be there. @throws ModelFileError `model-tokenizer` */
export function textOf(metadata: Metadata, key: string): string {
  const value = metadata.get(key);
  if (typeof value === 'string') return value;
  throw tokenizerError(
    value === undefined ? `The file has no ${key}.` : `${key} is not a text.`,
    'A text that names how the model tokenises was expected.',
  );
}

/** The elements of an array that must be there. @throws ModelFileError `model-tokenizer` */
export function arrayOf(metadata: Metadata, key: string): readonly unknown[] {
  const value = metadata.get(key);
  if (value === undefined)
    throw tokenizerError(`The file has no ${key}.`, 'Byte-level BPE needs tokens, their types and merges.');
  if (typeof value !== 'object') throw tokenizerError(`${key} is not an array.`, 'An array was expected.');
  return Array.from<unknown>(value);
}

/** An array of texts that must be there. @throws ModelFileError `model-tokenizer` */
export function textsOf(metadata: Metadata, key: string): readonly string[] {
  return arrayOf(metadata, key).map((value, i) => {
    if (typeof value === 'string') return value;
    throw tokenizerError(`${key}[${i}] is not a text.`, 'An array of texts was expected.');
  });
}

/** What converters write for "no token": -1, or the same bits without a sign. */
const NO_TOKEN: readonly unknown[] = [-1, 2 ** 32 - 1, 2n ** 64n - 1n];

/** The ids that a key names, one or a list of them; none where it is missing or says "no token". @throws ModelFileError `model-tokenizer` */
export function idsOf(metadata: Metadata, key: string, count: number): readonly number[] {
  const value = metadata.get(key);
  if (value === undefined) return [];
  const list = typeof value === 'object' ? Array.from<unknown>(value) : [value];
  return list
    .filter((each) => !NO_TOKEN.includes(each))
    .map((each) => {
      const id = typeof each === 'number' || typeof each === 'bigint' ? Number(each) : Number.NaN;
      if (Number.isInteger(id) && id >= 0 && id < count) return id;
      throw tokenizerError(
        typeof value === 'object' ? `${key} holds ${String(each)}.` : `${key} is ${String(each)}.`,
        `A token id from 0 to ${count - 1} was expected.`,
      );
    });
}

/** The one id that a key names, or undefined. @throws ModelFileError `model-tokenizer` */
export function idOf(metadata: Metadata, key: string, count: number): number | undefined {
  const ids = idsOf(metadata, key, count);
  if (ids.length <= 1) return ids[0];
  throw tokenizerError(`${key} is a list of ${ids.length} ids.`, 'One token id was expected.');
}

/** A switch: a boolean, or 0 or 1 as some converters write it. @throws ModelFileError `model-tokenizer` */
export function flagOf(metadata: Metadata, key: string): boolean | undefined {
  const value = metadata.get(key);
  if (value === undefined || typeof value === 'boolean') return value;
  if (value === 0 || value === 1) return value === 1;
  throw tokenizerError(`${key} is not true or false.`, 'A boolean was expected, or 0 or 1.');
}
