/** The metadata values of a GGUF file. What they may take of memory is bounded for the whole file, whatever its bytes say. */

import type { ByteSource } from './byte-source.ts';
import { corrupt, type HeaderReader, type Parsing } from './gguf-reader.ts';

/** An array of metadata. Numbers come as typed arrays, 64-bit ones as BigInt arrays. */
export type GgufArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array
  | BigUint64Array
  | BigInt64Array
  | readonly boolean[]
  | readonly string[]
  | readonly GgufArray[];

/** A metadata value. 64-bit integers are numbers where they are safe integers, else bigints. */
export type GgufValue = number | bigint | boolean | string | GgufArray;

const MAX_ARRAY_DEPTH = 4;
/** Strings and booleans inside arrays, of all keys together; the largest vocabularies have a million with their merges. */
const MAX_ELEMENTS = 2 ** 21;
/** Arrays inside arrays, of all keys together: each is an object that is larger than its bytes. */
const MAX_ARRAYS = 2 ** 16;

/** What the values of one file may still hold. */
export interface MetadataBudget {
  elements: number;
  arrays: number;
}

export const metadataBudget = (): MetadataBudget => ({ elements: MAX_ELEMENTS, arrays: MAX_ARRAYS });

/** Bytes of a scalar by its value type number; 0 for strings and arrays. */
const SCALAR_BYTES = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8] as const;
const TYPE_STRING = 8;
const TYPE_ARRAY = 9;
const TYPE_BOOL = 7;

function checkValueType(source: ByteSource, type: number, what: string): void {
  if (type < SCALAR_BYTES.length) return;
  throw corrupt(
    source,
    `The value of ${what} has the unknown type ${type}.`,
    `Value types are 0 to ${SCALAR_BYTES.length - 1}.`,
  );
}

/** A value with its type before it. @param what how messages call it */
export function* readValue(reader: HeaderReader, what: string, budget: MetadataBudget): Parsing<GgufValue> {
  yield* reader.need(4);
  const type = reader.u32();
  checkValueType(reader.source, type, what);
  if (type === TYPE_STRING) return yield* reader.string(what);
  if (type === TYPE_ARRAY) return yield* readArray(reader, what, 0, budget);
  yield* reader.need(SCALAR_BYTES[type]!, what);
  return type === TYPE_BOOL ? readBool(reader, what) : reader.scalar(type);
}

function readBool(reader: HeaderReader, what: string): boolean {
  const byte = reader.u8();
  if (byte > 1) throw corrupt(reader.source, `A boolean of ${what} has the value ${byte}.`, 'Booleans are 0 or 1.');
  return byte === 1;
}

function* readArray(reader: HeaderReader, what: string, depth: number, budget: MetadataBudget): Parsing<GgufArray> {
  const { source } = reader;
  if (depth >= MAX_ARRAY_DEPTH) {
    throw corrupt(
      source,
      `The value of ${what} nests arrays more than ${MAX_ARRAY_DEPTH} deep.`,
      'Metadata is at most so deep.',
    );
  }
  yield* reader.need(12, what);
  const type = reader.u32();
  checkValueType(source, type, what);
  const count = reader.u64(`the length of ${what}`);
  const size = SCALAR_BYTES[type]!;
  if (size > 0 && type !== TYPE_BOOL) {
    reader.fits(count * size, `an array of ${count} numbers (${what})`);
    return yield* reader.numbers(type, count, what);
  }
  reader.fits(
    count * (type === TYPE_STRING ? 8 : type === TYPE_ARRAY ? 12 : 1),
    `an array of ${count} values (${what})`,
  );
  spend(source, budget, type === TYPE_ARRAY ? 'arrays' : 'elements', count, what);
  if (type === TYPE_STRING) return yield* reader.strings(count, what);
  if (type === TYPE_BOOL) {
    yield* reader.need(count, what);
    return Array.from({ length: count }, () => readBool(reader, what));
  }
  const arrays: GgufArray[] = [];
  for (let i = 0; i < count; i++) arrays.push(yield* readArray(reader, what, depth + 1, budget));
  return arrays;
}

const LIMITS = {
  elements: [MAX_ELEMENTS, 'array elements'],
  arrays: [MAX_ARRAYS, 'arrays in arrays'],
} as const;

function spend(
  source: ByteSource,
  budget: MetadataBudget,
  kind: keyof MetadataBudget,
  count: number,
  what: string,
): void {
  budget[kind] -= count;
  if (budget[kind] >= 0) return;
  const [most, name] = LIMITS[kind];
  throw corrupt(source, `The metadata has more than ${most} ${name}, reached in ${what}.`, 'Metadata has fewer.');
}
