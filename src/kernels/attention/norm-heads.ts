import source from '../../../shaders/attention/norm-heads.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { appendParts } from '../append.ts';
import { cacheParts, type KvType } from '../cache-layout.ts';
import { heldParts } from '../faults.ts';
import { ropePart } from '../rope.ts';
import { stepRowsPart, stepStatePart } from '../step-layout.ts';

/** Threads of a workgroup: neighbouring pairs of a head. */
export const NORM_HEADS_THREADS = 32;

/**
 * RMSNorm of queries and keys, their turns, and the append to the cache, behind a qkv that stages all three. WHOLE: the norm is
 * over all heads of a row; AFTER: its weights are applied to turned pairs. Gains in quads: [HEAD_DIM], WHOLE: [heads * HEAD_DIM].
 */
export const normHeads = defineKernel({
  name: 'attention/norm-heads',
  source,
  params: {
    epsilon: 'f32',
    layer: 'u32',
    rows: 'u32',
    query_gain_at: 'u32',
    key_gain_at: 'u32',
    turns_at: 'u32',
  },
  bindings: {
    state: 'read',
    vectors: 'read',
    raw_query: 'read',
    raw_pairs: 'read',
    query: 'read_write',
    cache: 'read_write',
    faults: 'read_write',
  },
  constants: {
    Q_HEADS: 'u32',
    KV_HEADS: 'u32',
    HEAD_DIM: 'u32',
    ROPE_PAIRS: 'u32',
    WHOLE: 'bool',
    AFTER: 'bool',
    THREADS: 'u32',
  },
  includes: ({ kv }: { readonly kv: KvType }) => [
    stepStatePart,
    stepRowsPart,
    ...cacheParts(kv),
    ...appendParts(kv),
    ...heldParts,
    ropePart,
  ],
  grid: ({ rows }, { Q_HEADS, KV_HEADS }) => [Number(Q_HEADS) + 2 * Number(KV_HEADS), rows],
});
