import source from '../../../shaders/linear/qkv.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { appendParts } from '../append.ts';
import { cacheParts, type KvType } from '../cache-layout.ts';
import { heldParts } from '../faults.ts';
import { ropePart } from '../rope.ts';
import { stepRowsPart, stepStatePart } from '../step-layout.ts';
import { biasPart } from './bias.ts';
import { LINEAR_CONSTANTS, LINEAR_PARAMS, linearGrid, linearParts, type LinearIncludes } from './variant.ts';

/** What chooses the includes of qkv. */
export interface QkvIncludes extends LinearIncludes {
  readonly kv: KvType;
  /** Keys and values go to the staging buffer whatever the format: `attention/norm-heads` goes on from there. */
  readonly staged?: boolean;
  /** Whether the vectors have a bias at `bias_at`, of the rows of [Q | K | V]. */
  readonly biased?: boolean;
}

/**
 * Queries, keys and values with RoPE and the append to the cache as the epilogue of one matvec or matmul. Where the format
 * packs whole heads the binding `cache` is the staging buffer that `cache/quantize-append` reads, f32 [rows, 2, kvHeads, headDim].
 * What the cache cannot hold is noted for its sequence in `faults` (lib/faults).
 */
export const qkv = defineKernel({
  name: 'linear/qkv',
  source,
  params: {
    ...LINEAR_PARAMS,
    epsilon: 'f32',
    layer: 'u32',
    first_row: 'u32',
    gain_at: 'u32',
    turns_at: 'u32',
    bias_at: 'u32',
  },
  bindings: {
    codes: 'read',
    aux: 'read',
    x: 'read',
    vectors: 'read',
    state: 'read',
    query: 'read_write',
    cache: 'read_write',
    faults: 'read_write',
  },
  constants: { ...LINEAR_CONSTANTS, Q_HEADS: 'u32', KV_HEADS: 'u32', HEAD_DIM: 'u32', ROPE_PAIRS: 'u32' },
  includes: ({ kv, staged, biased, ...variant }: QkvIncludes) => [
    stepStatePart,
    stepRowsPart,
    ...cacheParts(kv),
    ...appendParts(kv, staged),
    ...heldParts,
    ropePart,
    biasPart(biased),
    ...linearParts(variant),
  ],
  grid: ({ outputs, columns }, _constants, { shape }) => linearGrid(outputs, columns, shape),
});
