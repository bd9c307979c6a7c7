import source from '../../../shaders/cache/quantize-append.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { cacheParts, type KvType } from '../cache-layout.ts';
import { stepRowsPart, stepStatePart } from '../step-layout.ts';
import { f32Constants, withConstants } from '../wgsl-constants.ts';
import { LEAST } from '../kv-formats/int8-head.ts';

/** Appends rows of keys and values, f32 [rows, 2, kvHeads, headDim], to a cache of 8-bit codes; `int8Head` is the same on the CPU. */
export const quantizeAppend = defineKernel({
  name: 'cache/quantize-append',
  source: withConstants(source, f32Constants({ LEAST })),
  params: { layer: 'u32', rows: 'u32' },
  bindings: { state: 'read', staging: 'read', cache: 'read_write' },
  constants: { KV_HEADS: 'u32', HEAD_DIM: 'u32', HALF: 'u32' },
  includes: ({ kv }: { readonly kv: KvType }) => [stepStatePart, stepRowsPart, ...cacheParts(kv)],
  grid: ({ rows }, { KV_HEADS }) => [Number(KV_HEADS), rows],
});

/** The constants that heads of this shape mean; a key and a value have at most 32 threads each. */
export const quantizeAppendConstants = (kvHeads: number, headDim: number) => ({
  KV_HEADS: kvHeads,
  HEAD_DIM: headDim,
  HALF: Math.min(32, headDim / 4),
});

/** f32 numbers of the keys and values of `rows` rows before they are appended. */
export const stagingFloats = (rows: number, kvHeads: number, headDim: number): number => rows * 2 * kvHeads * headDim;
