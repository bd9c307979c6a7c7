/** The tensor element types of GGUF files: which exist, and which this library reads. */

/** A tensor type that can be loaded. */
export type GgmlType = 'F32' | 'F16' | 'BF16' | 'Q8_0' | 'Q4_0' | 'Q4_1' | 'Q5_0' | 'Q5_1' | 'Q4_K' | 'Q5_K' | 'Q6_K';

export interface GgmlTypeInfo {
  /** The number that stands for it in a file. */
  readonly id: number;
  /** Weights per block. Rows consist of whole blocks. */
  readonly blockSize: number;
  readonly blockBytes: number;
}

/** Facts of every supported type. */
export const GGML_TYPES: Readonly<Record<GgmlType, GgmlTypeInfo>> = {
  F32: { id: 0, blockSize: 1, blockBytes: 4 },
  F16: { id: 1, blockSize: 1, blockBytes: 2 },
  BF16: { id: 30, blockSize: 1, blockBytes: 2 },
  Q8_0: { id: 8, blockSize: 32, blockBytes: 34 },
  Q4_0: { id: 2, blockSize: 32, blockBytes: 18 },
  Q4_1: { id: 3, blockSize: 32, blockBytes: 20 },
  Q5_0: { id: 6, blockSize: 32, blockBytes: 22 },
  Q5_1: { id: 7, blockSize: 32, blockBytes: 24 },
  Q4_K: { id: 12, blockSize: 256, blockBytes: 144 },
  Q5_K: { id: 13, blockSize: 256, blockBytes: 176 },
  Q6_K: { id: 14, blockSize: 256, blockBytes: 210 },
};

const isGgmlType = (name: string): name is GgmlType => Object.hasOwn(GGML_TYPES, name);

/** Every supported type's name. */
export const GGML_TYPE_NAMES: readonly GgmlType[] = Object.keys(GGML_TYPES).filter(isGgmlType);

const BY_ID: ReadonlyMap<number, GgmlType> = new Map(GGML_TYPE_NAMES.map((name) => [GGML_TYPES[name].id, name]));

// Types that exist but are not read here, so that messages can name them.
const OTHER_NAMES: Readonly<Record<number, string>> = {
  4: 'Q4_2 (withdrawn)',
  5: 'Q4_3 (withdrawn)',
  9: 'Q8_1',
  10: 'Q2_K',
  11: 'Q3_K',
  15: 'Q8_K',
  16: 'IQ2_XXS',
  17: 'IQ2_XS',
  18: 'IQ3_XXS',
  19: 'IQ1_S',
  20: 'IQ4_NL',
  21: 'IQ3_S',
  22: 'IQ2_S',
  23: 'IQ4_XS',
  24: 'I8',
  25: 'I16',
  26: 'I32',
  27: 'I64',
  28: 'F64',
  29: 'IQ1_M',
  31: 'Q4_0_4_4 (withdrawn)',
  32: 'Q4_0_4_8 (withdrawn)',
  33: 'Q4_0_8_8 (withdrawn)',
  34: 'TQ1_0',
  35: 'TQ2_0',
  36: 'IQ4_NL_4_4 (withdrawn)',
  37: 'IQ4_NL_4_8 (withdrawn)',
  38: 'IQ4_NL_8_8 (withdrawn)',
  39: 'MXFP4',
  40: 'NVFP4',
  41: 'Q1_0',
};

/** The supported type with this number, or undefined. */
export const ggmlTypeOf = (id: number): GgmlType | undefined => BY_ID.get(id);

/** The name of any type number, for messages. */
export const ggmlTypeName = (id: number): string => BY_ID.get(id) ?? OTHER_NAMES[id] ?? `number ${id}`;

/** Bytes of `count` weights; `count` is a multiple of the type's block size. */
export const ggmlBytes = (type: GgmlType, count: number): number =>
  (count / GGML_TYPES[type].blockSize) * GGML_TYPES[type].blockBytes;
