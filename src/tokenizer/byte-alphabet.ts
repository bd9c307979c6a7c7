/**
 * The alphabet of byte-level BPE: each of the 256 bytes is written as one printable character.
 * Source: `bytes_to_unicode` of GPT-2 (https://github.com/openai/gpt-2, src/encoder.py).
 */

const isPrintable = (byte: number): boolean =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);

/** Byte of each character of the alphabet, by code unit: printable Latin-1 stands for itself, the rest from U+0100 on. */
const BYTE_OF_CHARACTER: ReadonlyMap<number, number> = (() => {
  const bytes = new Map<number, number>();
  let next = 0x100;
  for (let byte = 0; byte < 256; byte++) bytes.set(isPrintable(byte) ? byte : next++, byte);
  return bytes;
})();

const utf8 = new TextEncoder();

/**
 * The bytes that an ordinary token's text stands for.
 * A text with any character outside the alphabet stands for its own UTF-8 bytes (as in Hugging Face's ByteLevel decoder).
 */
export function bytesOfToken(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const byte = BYTE_OF_CHARACTER.get(text.charCodeAt(i));
    if (byte === undefined) return utf8.encode(text);
    bytes[i] = byte;
  }
  return bytes;
}

/** The UTF-8 bytes of a text that is meant literally (special and user-defined tokens). */
export const utf8Bytes = (text: string): Uint8Array => utf8.encode(text);
