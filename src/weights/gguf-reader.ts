/** A cursor over the beginning of a GGUF file that is read piece by piece, with bounds checked at every step. */

import { ModelFileError, throwIfAborted, type ErrorCode } from '../core/errors.ts';
import type { ByteSource } from './byte-source.ts';

/**
 * A piece of parsing that goes on where it stopped: it yields the file position up to which it needs bytes, or one that is
 * already there when it only gives way to others. Nothing is parsed twice.
 */
export type Parsing<T> = Generator<number, T, void>;

/** Most bytes that a header may have. */
export const MAX_HEADER_BYTES = 256 * 2 ** 20;
/** Most bytes of one string; the longest in use are chat templates. */
const MAX_STRING_BYTES = 2 ** 24;
const FIRST_READ = 2 ** 20;
const MOST_READ = 2 ** 23;
/** Strings after which a parse gives way. */
const STRINGS_A_TURN = 2 ** 15;

export const fileError = (code: ErrorCode, happened: string, expected: string, todo: string): ModelFileError =>
  new ModelFileError({ code, happened, expected, todo });

/** The error of a header field that no sound file has. */
export const corrupt = (source: ByteSource, happened: string, expected: string): ModelFileError =>
  fileError(
    'gguf-corrupt',
    `${source.name} is damaged: ${happened}`,
    expected,
    'Download the file again, or get it from another source.',
  );

const NUMBER_ARRAYS = [
  Uint8Array,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  undefined,
  undefined,
  undefined,
  BigUint64Array,
  BigInt64Array,
  Float64Array,
] as const;
type NumberArray = InstanceType<Exclude<(typeof NUMBER_ARRAYS)[number], undefined>>;

/**
 * Reads little-endian values at `position` from a window of the file. Methods that are generators wait for their bytes; the
 * others take bytes that `need` has waited for. All throw a ModelFileError on nonsense.
 */
export class HeaderReader {
  readonly source: ByteSource;
  position = 0;
  /** Bytes of the file from `base` on; what was parsed is let go. */
  private bytes = new Uint8Array(0);
  private base = 0;
  private view = new DataView(this.bytes.buffer);
  private nextRead = FIRST_READ;
  // Strings that are not UTF-8 are refused: replaced characters could make two tokens equal.
  private readonly decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  constructor(source: ByteSource) {
    this.source = source;
  }

  /** Runs a parsing to its end, reading as it asks for it; in between, others have their turn. */
  async run<T>(parsing: Parsing<T>, signal?: AbortSignal): Promise<T> {
    for (;;) {
      throwIfAborted(signal);
      const { done, value } = parsing.next();
      if (done) return value;
      // oxlint-disable no-await-in-loop -- each round needs the bytes of the last
      if (value > this.end) await this.grow(value, signal);
      else await new Promise((resolve) => setTimeout(resolve));
      // oxlint-enable no-await-in-loop
    }
  }

  private get end(): number {
    return this.base + this.bytes.length;
  }

  /** Reads on so that the bytes up to `end` are there, and more at each time. */
  private async grow(end: number, signal?: AbortSignal): Promise<void> {
    const { source, position } = this;
    const target = Math.min(source.size, MAX_HEADER_BYTES, Math.max(end, this.end + this.nextRead));
    this.nextRead = Math.min(this.nextRead * 2, MOST_READ);
    const kept = this.bytes.subarray(position - this.base);
    const all = new Uint8Array(kept.length + target - this.end);
    all.set(kept);
    if (source.readInto) await source.readInto(all.subarray(kept.length), this.end, signal);
    else all.set(await source.read(this.end, target - this.end, signal), kept.length);
    this.bytes = all;
    this.base = position;
    this.view = new DataView(all.buffer);
  }

  /** Throws unless `length` more bytes can lie in this file's header; called before memory is taken for them. */
  fits(length: number, what: string): void {
    const end = this.position + length;
    if (end > this.source.size) {
      throw fileError(
        'gguf-truncated',
        `${this.source.name} has ${this.source.size} bytes, but ${what} would end at byte ${end} or later.`,
        'The file holds everything that its header counts.',
        'Download the file again: it is not complete, or it is damaged.',
      );
    }
    if (end > MAX_HEADER_BYTES) {
      throw corrupt(
        this.source,
        `Its header would be ${end} bytes long or longer.`,
        `At most ${MAX_HEADER_BYTES} bytes are accepted.`,
      );
    }
  }

  /** Waits for the next `length` bytes. */
  *need(length: number, what = 'the header'): Parsing<void> {
    const end = this.position + length;
    if (end <= this.end) return;
    this.fits(length, what);
    yield end;
  }

  /** Moves on by `length` bytes, which are there, and returns where they begin in the window. */
  private take(length: number): number {
    const start = this.position - this.base;
    this.position += length;
    return start;
  }

  u8(): number {
    return this.bytes[this.take(1)]!;
  }

  u32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  /** An unsigned 64-bit integer that must be below 2^53. */
  u64(what: string): number {
    const at = this.take(8);
    const high = this.view.getUint32(at + 4, true);
    if (high < 2 ** 21) return high * 2 ** 32 + this.view.getUint32(at, true);
    throw corrupt(
      this.source,
      `The header says that ${what} is ${this.view.getBigUint64(at, true)}.`,
      'It must be below 2^53.',
    );
  }

  /** A string: its length in bytes as u64, then UTF-8. */
  *string(what: string, maxBytes = MAX_STRING_BYTES): Parsing<string> {
    yield* this.need(8, what);
    const length = this.length(what, maxBytes);
    yield* this.need(length, what);
    return this.text(length, what);
  }

  /** `count` strings one after the other. */
  *strings(count: number, what: string): Parsing<string[]> {
    const list: string[] = [];
    for (let i = 0; i < count; i++) {
      if (i % STRINGS_A_TURN === STRINGS_A_TURN - 1) yield this.position;
      if (this.position + 8 > this.end) yield* this.need(8, what);
      const length = this.length(what, MAX_STRING_BYTES);
      if (this.position + length > this.end) yield* this.need(length, what);
      list.push(this.text(length, what));
    }
    return list;
  }

  private length(what: string, maxBytes: number): number {
    const length = this.u64(`the length of ${what}`);
    if (length <= maxBytes) return length;
    this.fits(length, what);
    throw corrupt(this.source, `The length of ${what} is ${length} bytes.`, `At most ${maxBytes} are accepted.`);
  }

  private text(length: number, what: string): string {
    const start = this.take(length);
    if (length === 0) return '';
    try {
      return this.decoder.decode(this.bytes.subarray(start, start + length));
    } catch {
      throw corrupt(this.source, `A string (${what}) at byte ${this.base + start} is not UTF-8.`, 'Strings are UTF-8.');
    }
  }

  /** A number by its GGUF value type (0 to 6, 10 to 12). */
  scalar(type: number): number | bigint {
    const { view } = this;
    switch (type) {
      case 0:
        return this.u8();
      case 1:
        return view.getInt8(this.take(1));
      case 2:
        return view.getUint16(this.take(2), true);
      case 3:
        return view.getInt16(this.take(2), true);
      case 4:
        return this.u32();
      case 5:
        return view.getInt32(this.take(4), true);
      case 6:
        return view.getFloat32(this.take(4), true);
      case 10:
        return narrow(view.getBigUint64(this.take(8), true));
      case 11:
        return narrow(view.getBigInt64(this.take(8), true));
      case 12:
        return view.getFloat64(this.take(8), true);
      default:
        throw corrupt(this.source, `A value has the type ${type}.`, 'A number type was expected.');
    }
  }

  /** `count` numbers of a GGUF value type, as a typed array of their own. */
  *numbers(type: number, count: number, what: string): Parsing<NumberArray> {
    const Numbers = NUMBER_ARRAYS[type];
    if (Numbers === undefined)
      throw corrupt(this.source, `An array has elements of type ${type}.`, 'A number type was expected.');
    const length = count * Numbers.BYTES_PER_ELEMENT;
    yield* this.need(length, what);
    const start = this.take(length);
    // A copy is aligned and does not hold the header in memory. All platforms with WebGPU are little-endian.
    return new Numbers(this.bytes.slice(start, start + length).buffer);
  }
}

const narrow = (value: bigint): number | bigint => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
};
