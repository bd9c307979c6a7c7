/** Writes GGUF files for tests, sound ones and, on request, damaged ones. */

import { GGML_TYPES, type GgmlType } from '../../src/weights/ggml-types.ts';

const NUMBER_TYPES = ['u8', 'i8', 'u16', 'i16', 'u32', 'i32', 'f32', 'u64', 'i64', 'f64'] as const;
type NumberType = (typeof NUMBER_TYPES)[number];

/** A metadata value. Numbers say their type, as in `{ u32: 4 }`; typed arrays and string lists are arrays. */
export type WriterValue =
  | string
  | boolean
  | { readonly [T in NumberType]?: number | bigint }
  | readonly string[]
  | readonly boolean[]
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
  | { readonly nested: readonly WriterValue[] };

export interface WriterTensor {
  readonly type: GgmlType;
  /** ggml's order: row length first. */
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
  /** Damage: written in place of the true values. */
  readonly typeId?: number;
  readonly offset?: number | bigint;
  readonly dims?: readonly (number | bigint)[];
}

export interface WriterOptions {
  readonly metadata: Readonly<Record<string, WriterValue>> | readonly (readonly [string, WriterValue])[];
  readonly tensors: Readonly<Record<string, WriterTensor>> | readonly (readonly [string, WriterTensor])[];
  /** Default 32. Written to the metadata when it is given. */
  readonly alignment?: number;
  /** Damage: written in place of the true values. */
  readonly magic?: string;
  readonly version?: number;
  readonly tensorCount?: number | bigint;
  readonly keyCount?: number | bigint;
  /** Damage: only so many bytes of the file are returned. */
  readonly truncateTo?: number;
}

const TYPE_IDS = {
  u8: 0,
  i8: 1,
  u16: 2,
  i16: 3,
  u32: 4,
  i32: 5,
  f32: 6,
  bool: 7,
  string: 8,
  array: 9,
  u64: 10,
  i64: 11,
  f64: 12,
} as const;

/** A list of bytes that grows. */
class Output {
  bytes = new Uint8Array(1 << 16);
  length = 0;

  private room(count: number): DataView {
    if (this.length + count > this.bytes.length) {
      const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count));
      larger.set(this.bytes);
      this.bytes = larger;
    }
    const view = new DataView(this.bytes.buffer, this.length, count);
    this.length += count;
    return view;
  }

  raw(bytes: Uint8Array): void {
    this.room(bytes.length);
    this.bytes.set(bytes, this.length - bytes.length);
  }

  u32(value: number): void {
    this.room(4).setUint32(0, value, true);
  }

  u64(value: number | bigint): void {
    this.room(8).setBigUint64(0, BigInt(value), true);
  }

  string(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.u64(bytes.length);
    this.raw(bytes);
  }

  padTo(alignment: number): void {
    this.room((alignment - (this.length % alignment)) % alignment);
  }

  number(type: NumberType, value: number | bigint): void {
    if (type === 'u8') this.room(1).setUint8(0, Number(value));
    else if (type === 'i8') this.room(1).setInt8(0, Number(value));
    else if (type === 'u16') this.room(2).setUint16(0, Number(value), true);
    else if (type === 'i16') this.room(2).setInt16(0, Number(value), true);
    else if (type === 'u32') this.room(4).setUint32(0, Number(value), true);
    else if (type === 'i32') this.room(4).setInt32(0, Number(value), true);
    else if (type === 'f32') this.room(4).setFloat32(0, Number(value), true);
    else if (type === 'u64') this.room(8).setBigUint64(0, BigInt(value), true);
    else if (type === 'i64') this.room(8).setBigInt64(0, BigInt(value), true);
    else this.room(8).setFloat64(0, Number(value), true);
  }
}

const entries = <T>(
  list: Readonly<Record<string, T>> | readonly (readonly [string, T])[],
): readonly (readonly [string, T])[] =>
  Array.isArray(list) ? (list as readonly (readonly [string, T])[]) : Object.entries(list);

function arrayType(value: ArrayBufferView): NumberType {
  const names: [NumberType, { new (): ArrayBufferView }][] = [
    ['u8', Uint8Array],
    ['i8', Int8Array],
    ['u16', Uint16Array],
    ['i16', Int16Array],
    ['u32', Uint32Array],
    ['i32', Int32Array],
    ['f32', Float32Array],
    ['f64', Float64Array],
    ['u64', BigUint64Array],
    ['i64', BigInt64Array],
  ];
  return names.find(([, Class]) => value instanceof Class)![0];
}

const isList = (value: WriterValue): value is readonly string[] | readonly boolean[] => Array.isArray(value);

function writeValue(out: Output, value: WriterValue): void {
  if (typeof value === 'string') {
    out.u32(TYPE_IDS.string);
    out.string(value);
  } else if (typeof value === 'boolean') {
    out.u32(TYPE_IDS.bool);
    out.number('u8', value ? 1 : 0);
  } else if (ArrayBuffer.isView(value)) {
    const type = arrayType(value);
    out.u32(TYPE_IDS.array);
    out.u32(TYPE_IDS[type]);
    out.u64(value.length);
    out.raw(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  } else if (isList(value)) {
    out.u32(TYPE_IDS.array);
    out.u32(typeof value[0] === 'boolean' ? TYPE_IDS.bool : TYPE_IDS.string);
    out.u64(value.length);
    for (const item of value) {
      if (typeof item === 'boolean') out.number('u8', item ? 1 : 0);
      else out.string(item);
    }
  } else if ('nested' in value) {
    out.u32(TYPE_IDS.array);
    out.u32(TYPE_IDS.array);
    out.u64(value.nested.length);
    for (const item of value.nested) {
      const inner = new Output();
      writeValue(inner, item);
      out.raw(inner.bytes.subarray(4, inner.length)); // inside an array the type is not repeated
    }
  } else {
    for (const type of NUMBER_TYPES) {
      const number = value[type];
      if (number === undefined) continue;
      out.u32(TYPE_IDS[type]);
      out.number(type, number);
    }
  }
}

/** The bytes of a GGUF file with this content. */
export function writeGguf(options: WriterOptions): Uint8Array<ArrayBuffer> {
  const { alignment = 32, magic = 'GGUF', version = 3 } = options;
  const tensors = entries(options.tensors);
  const metadata = [...entries(options.metadata)];
  if (options.alignment !== undefined) metadata.push(['general.alignment', { u32: options.alignment }]);

  const out = new Output();
  out.raw(new TextEncoder().encode(magic));
  out.u32(version);
  out.u64(options.tensorCount ?? tensors.length);
  out.u64(options.keyCount ?? metadata.length);
  for (const [key, value] of metadata) {
    out.string(key);
    writeValue(out, value);
  }
  let next = 0;
  for (const [name, tensor] of tensors) {
    out.string(name);
    const dims = tensor.dims ?? tensor.shape;
    out.u32(dims.length);
    for (const size of dims) out.u64(size);
    out.u32(tensor.typeId ?? GGML_TYPES[tensor.type].id);
    out.u64(tensor.offset ?? next);
    next += Math.ceil(tensor.bytes.length / alignment) * alignment;
  }
  for (const [, tensor] of tensors) {
    out.padTo(alignment);
    out.raw(tensor.bytes);
  }
  return out.bytes.slice(0, options.truncateTo ?? out.length);
}
