/**
 * GGUF headers: metadata and the list of tensors, never tensor data.
 * The file is untrusted: every count, length, type and offset is checked before it is used.
 * Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */

import type { ByteSource } from './byte-source.ts';
import { GGML_TYPES, GGML_TYPE_NAMES, ggmlBytes, ggmlTypeName, ggmlTypeOf, type GgmlType } from './ggml-types.ts';
import { corrupt, fileError, HeaderReader, type Parsing } from './gguf-reader.ts';
import { metadataBudget, readValue, type GgufValue } from './gguf-values.ts';

export type { GgufArray, GgufValue } from './gguf-values.ts';

export interface TensorInfo {
  readonly name: string;
  readonly type: GgmlType;
  /** Sizes in ggml's order: shape[0] is the length of a row, shape[1] the number of rows. 1 to 4 of them. */
  readonly shape: readonly number[];
  /** Where its data begins, in bytes from the start of the file. */
  readonly offset: number;
  readonly byteLength: number;
}

export interface GgufFile {
  readonly version: number;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** Bytes; tensor offsets are multiples of it. */
  readonly alignment: number;
  /** Where tensor data begins, in bytes from the start of the file. */
  readonly dataOffset: number;
}

const MAGIC = 0x4655_4747; // 'GGUF', little-endian
const MAX_KEYS = 65_536;
const MAX_TENSORS = 65_536;
const MAX_KEY_BYTES = 65_535;
const MAX_TENSOR_NAME_BYTES = 64;
const DEFAULT_ALIGNMENT = 32;
const MAX_ALIGNMENT = 1 << 20;

/**
 * Reads a file's header. Only the header's bytes are read, at most 256 MiB of them.
 * Throws a ModelFileError that names the field when something is wrong, a StorageError when bytes cannot be read.
 */
export function parseGguf(source: ByteSource, signal?: AbortSignal): Promise<GgufFile> {
  const reader = new HeaderReader(source);
  return reader.run(readHeader(reader), signal);
}

function* readHeader(reader: HeaderReader): Parsing<GgufFile> {
  const { source } = reader;
  const { version, tensorCount, keyCount } = yield* readPreamble(reader);
  const metadata = new Map<string, GgufValue>();
  const budget = metadataBudget();
  for (let i = 0; i < keyCount; i++) {
    const key = yield* reader.string(`the name of metadata key ${i}`, MAX_KEY_BYTES);
    if (key === '') throw corrupt(source, `Metadata key ${i} has an empty name.`, 'Every key has a name.');
    if (metadata.has(key)) throw corrupt(source, `The metadata key "${key}" appears twice.`, 'Every key appears once.');
    metadata.set(key, yield* readValue(reader, `"${key}"`, budget));
  }
  const alignment = readAlignment(source, metadata);

  const infos: TensorInfo[] = [];
  const names = new Set<string>();
  for (let i = 0; i < tensorCount; i++) {
    const info = yield* readTensorInfo(reader, i);
    if (names.has(info.name))
      throw corrupt(source, `The tensor "${info.name}" appears twice.`, 'Every tensor appears once.');
    names.add(info.name);
    infos.push(info);
  }

  const dataOffset = Math.ceil(reader.position / alignment) * alignment;
  const tensors = placeTensors(source, infos, alignment, dataOffset);
  return { version, metadata, tensors, alignment, dataOffset };
}

function* readPreamble(reader: HeaderReader): Parsing<{ version: number; tensorCount: number; keyCount: number }> {
  const { source } = reader;
  if (source.size < 24) {
    throw fileError(
      'gguf-not-gguf',
      `${source.name} has only ${source.size} bytes.`,
      'A GGUF file begins with 24 bytes: "GGUF", its version and two counts.',
      'Choose a .gguf model file.',
    );
  }
  yield* reader.need(24);
  const magic = reader.u32();
  if (magic !== MAGIC) {
    const found = [0, 8, 16, 24].map((shift) => ((magic >>> shift) & 255).toString(16).padStart(2, '0')).join(' ');
    throw fileError(
      'gguf-not-gguf',
      `${source.name} is not a GGUF file: it begins with the bytes ${found}.`,
      'A GGUF file begins with 47 47 55 46 ("GGUF").',
      'Choose a .gguf model file.',
    );
  }
  const version = reader.u32();
  if (version !== 2 && version !== 3) {
    const bigEndian = (version & 0xffff) === 0 && version !== 0;
    throw fileError(
      'gguf-version',
      bigEndian ? `${source.name} is a big-endian GGUF file.` : `${source.name} is a GGUF file of version ${version}.`,
      'Little-endian GGUF files of version 2 or 3 can be read.',
      'Get or convert a little-endian file of version 3.',
    );
  }
  const tensorCount = reader.u64('the number of tensors');
  const keyCount = reader.u64('the number of metadata keys');
  checkCount(source, 'tensors', tensorCount, MAX_TENSORS);
  checkCount(source, 'metadata keys', keyCount, MAX_KEYS);
  // The smallest entries: an empty name, one dimension; an empty key, a one-byte value.
  reader.fits(tensorCount * 32 + keyCount * 13, `${tensorCount} tensors and ${keyCount} metadata keys`);
  return { version, tensorCount, keyCount };
}

function checkCount(source: ByteSource, what: string, count: number, most: number): void {
  if (count > most) throw corrupt(source, `The file claims ${count} ${what}.`, `At most ${most} are accepted.`);
}

function readAlignment(source: ByteSource, metadata: ReadonlyMap<string, GgufValue>): number {
  const alignment = metadata.get('general.alignment') ?? DEFAULT_ALIGNMENT;
  const valid =
    typeof alignment === 'number' &&
    alignment >= 1 &&
    alignment <= MAX_ALIGNMENT &&
    Number.isInteger(Math.log2(alignment));
  if (valid) return alignment;
  const shown = typeof alignment === 'object' ? 'an array' : String(alignment);
  throw corrupt(source, `general.alignment is ${shown}.`, `It is a power of two, at most ${MAX_ALIGNMENT}.`);
}

/** One entry of the tensor list, its offset still relative to the data section. */
function* readTensorInfo(reader: HeaderReader, index: number): Parsing<TensorInfo> {
  const { source } = reader;
  const name = yield* reader.string(`the name of tensor ${index}`, MAX_TENSOR_NAME_BYTES);
  if (name === '') throw corrupt(source, `Tensor ${index} has an empty name.`, 'Every tensor has a name.');
  yield* reader.need(4);
  const rank = reader.u32();
  if (rank < 1 || rank > 4)
    throw corrupt(source, `The tensor "${name}" has ${rank} dimensions.`, 'Tensors have 1 to 4.');
  yield* reader.need(8 * rank + 12, `tensor "${name}"`);
  const shape: number[] = [];
  let count = 1;
  for (let i = 0; i < rank; i++) {
    const size = reader.u64(`dimension ${i} of tensor "${name}"`);
    if (size === 0) throw corrupt(source, `Dimension ${i} of the tensor "${name}" is 0.`, 'Dimensions are at least 1.');
    shape.push(size);
    count *= size;
  }
  const typeId = reader.u32();
  const offset = reader.u64(`the offset of tensor "${name}"`);
  const type = ggmlTypeOf(typeId);
  if (type === undefined) {
    throw fileError(
      'gguf-tensor-type',
      `The tensor "${name}" of ${source.name} has the type ${ggmlTypeName(typeId)}, which is not supported.`,
      `Supported types are ${GGML_TYPE_NAMES.join(', ')}.`,
      'Get the model in one of these types, for example Q4_K_M, Q4_1 or Q8_0.',
    );
  }
  const { blockSize } = GGML_TYPES[type];
  const byteLength = ggmlBytes(type, count);
  if (!Number.isSafeInteger(count) || byteLength > Number.MAX_SAFE_INTEGER) {
    throw corrupt(
      source,
      `The tensor "${name}" claims the shape [${shape.join(', ')}].`,
      'Its element count must be below 2^53.',
    );
  }
  if (shape[0]! % blockSize !== 0) {
    throw corrupt(
      source,
      `Rows of the tensor "${name}" have ${shape[0]} weights of type ${type}.`,
      `Rows of ${type} are multiples of ${blockSize} long.`,
    );
  }
  return { name, type, shape, offset, byteLength };
}

/** Makes offsets absolute and checks that every tensor is aligned, inside the file and by itself. */
function placeTensors(
  source: ByteSource,
  infos: readonly TensorInfo[],
  alignment: number,
  dataOffset: number,
): Map<string, TensorInfo> {
  const placed = infos.map((info) => ({ ...info, offset: dataOffset + info.offset }));
  for (const [i, { name, offset, byteLength }] of placed.entries()) {
    if (infos[i]!.offset % alignment !== 0) {
      throw rangeError(
        source,
        `The tensor "${name}" has the offset ${infos[i]!.offset}.`,
        `Offsets are multiples of ${alignment}.`,
      );
    }
    if (offset + byteLength > source.size) {
      throw fileError(
        'gguf-truncated',
        `The tensor "${name}" ends at byte ${offset + byteLength}, but ${source.name} has only ${source.size} bytes.`,
        'All tensors lie inside the file.',
        'Download the file again: it is not complete.',
      );
    }
  }
  const order = placed.toSorted((a, b) => a.offset - b.offset);
  for (let i = 1; i < order.length; i++) {
    const before = order[i - 1]!;
    const tensor = order[i]!;
    if (before.offset + before.byteLength > tensor.offset) {
      const happened = `The tensors "${before.name}" (up to byte ${before.offset + before.byteLength}) and "${tensor.name}" (from byte ${tensor.offset}) overlap.`;
      throw rangeError(source, happened, 'Tensors do not share bytes.');
    }
  }
  return new Map(placed.map((tensor) => [tensor.name, tensor]));
}

const rangeError = (source: ByteSource, happened: string, expected: string) =>
  fileError('gguf-tensor-range', happened, expected, `Download ${source.name} again, or get it from another source.`);
