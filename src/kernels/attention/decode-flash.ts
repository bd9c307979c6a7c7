import source from '../../../shaders/attention/decode-flash.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { cacheParts, type KvType } from '../cache-layout.ts';
import { stepStatePart } from '../step-layout.ts';

/** The most query heads of a KV head, and the widest head, that the attention kernels have room for. */
export const MAX_GROUP = 16;
export const MAX_HEAD_DIM = 256;

/** Attention of 1 to 8 rows, split over the slots; see the WGSL for who computes what. */
export const decodeFlash = defineKernel({
  name: 'attention/decode-flash',
  source,
  params: { scale: 'f32', layer: 'u32', splits: 'u32', rows: 'u32' },
  bindings: {
    state: 'read',
    query: 'read',
    cache: 'read',
    output: 'read_write',
    lse: 'read_write',
    partials: 'read_write',
  },
  constants: ['KV_HEADS', 'GROUP', 'HEAD_DIM', 'WINDOW', 'DIRECT', 'THREADS', 'TILE'],
  includes: ({ kv }: { readonly kv: KvType }) => [stepStatePart, ...cacheParts(kv)],
  grid: ({ splits, rows }, { KV_HEADS }) => [splits, Number(KV_HEADS), rows],
});

/** Threads of a workgroup and slots of a round; rounds shrink with the group, as 16 KiB of workgroup memory allow. */
export const decodeShape = (group: number): { readonly THREADS: number; readonly TILE: number } => ({
  THREADS: 64,
  TILE: group <= 4 ? 256 : group <= 8 ? 128 : 64,
});

/** Bytes of the partial sums of `rows` rows: per (row, query head, split) the sums, their maximum and their weight. */
export const partialsBytes = (rows: number, qHeads: number, headDim: number, splits: number): number =>
  rows * qHeads * splits * (headDim + 4) * 4;
