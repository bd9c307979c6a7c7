/** Protocol buffers, as much as an ONNX file needs: numbers, text, bytes and nested messages. */

/** A piece of a message that is encoded already: its bytes in order, and how many they are. */
export interface Encoded {
  readonly parts: readonly Uint8Array[];
  readonly length: number;
}

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

/** Base-128 digits of an integer, the lowest first; negative numbers as 64-bit two's complement. */
export function varint(value: number | bigint): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 128);
  } while (rest !== 0n);
  return Uint8Array.from(bytes);
}

const joined = (parts: readonly Uint8Array[]): Encoded => ({
  parts,
  length: parts.reduce((sum, part) => sum + part.byteLength, 0),
});

const key = (field: number, wireType: number): Uint8Array => varint((field << 3) | wireType);

/** An integer, enumeration or boolean field. */
export const integerField = (field: number, value: number | bigint): Encoded =>
  joined([key(field, VARINT), varint(value)]);

/** A 32-bit float field. */
export const floatField = (field: number, value: number): Encoded =>
  joined([key(field, FIXED_32), new Uint8Array(Float32Array.of(value).buffer)]);

/** Raw bytes; they are referred to, not copied. */
export const bytesField = (field: number, bytes: Uint8Array): Encoded =>
  joined([key(field, LENGTH_DELIMITED), varint(bytes.byteLength), bytes]);

/** Text in UTF-8. */
export const textField = (field: number, text: string): Encoded => bytesField(field, new TextEncoder().encode(text));

/** A message inside a message. */
export function messageField(field: number, fields: readonly Encoded[]): Encoded {
  const body = message(fields);
  return joined([key(field, LENGTH_DELIMITED), varint(body.length), ...body.parts]);
}

/** Fields one after the other: a whole message. */
export const message = (fields: readonly Encoded[]): Encoded => joined(fields.flatMap(({ parts }) => parts));
