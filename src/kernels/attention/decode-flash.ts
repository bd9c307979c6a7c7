import source from '../../../shaders/attention/decode-flash.wgsl?raw';
import exchangeSubgroup from '../../../shaders/lib/attention/exchange.subgroup.wgsl?raw';
import exchangeWorkgroup from '../../../shaders/lib/attention/exchange.workgroup.wgsl?raw';
import slotsAll from '../../../shaders/lib/attention/slots.all.wgsl?raw';
import slotsList from '../../../shaders/lib/attention/slots.list.wgsl?raw';
import observeMass from '../../../shaders/lib/attention/observe.mass.wgsl?raw';
import observeNone from '../../../shaders/lib/attention/observe.none.wgsl?raw';
import { ceilDiv } from '../../core/invariant.ts';
import { defineKernel, type Grid } from '../../gpu/kernel.ts';
import type { ConstantValue, WgslPart } from '../../gpu/wgsl.ts';
import { cacheParts, type KvType } from '../cache-layout.ts';
import { constantsPart } from '../constants.ts';
import { stepRowsPart, stepStatePart } from '../step-layout.ts';
import { addMassPart, observedParts, type ObservedVariant } from './observed.ts';
import { softCapPart } from './soft-cap.ts';
import { visibleParts } from './visible.ts';

/** The most query heads of a KV head, and the widest head, that the attention kernels have room for. */
export const MAX_GROUP = 16;
export const MAX_HEAD_DIM = 256;

/** How threads that share a slot add up its score: by subgroup shuffles, or through workgroup memory. */
export type Exchange = 'subgroup' | 'workgroup';

const exchangePart = (exchange: Exchange): WgslPart => ({
  name: `lib/attention/exchange.${exchange}`,
  text: exchange === 'subgroup' ? exchangeSubgroup : exchangeWorkgroup,
});

/** What chooses its includes. */
export interface DecodeVariant {
  readonly kv: KvType;
  readonly exchange: Exchange;
  /** Whether the rows are those of draft trees. Default false. */
  readonly trees?: boolean | undefined;
}

const spec = {
  name: 'attention/decode-flash',
  source,
  params: { scale: 'f32', layer: 'u32', splits: 'u32', rows: 'u32', capacity: 'u32', kind: 'u32' },
  bindings: {
    state: 'read',
    query: 'read',
    cache: 'read',
    output: 'read_write',
    lse: 'read_write',
    partials: 'read_write',
  },
  constants: {
    KV_HEADS: 'u32',
    GROUP: 'u32',
    HEAD_DIM: 'u32',
    WINDOW: 'u32',
    MASKED: 'bool',
    BIDIRECTIONAL: 'bool',
    SOFT_CAP: 'f32',
    DIRECT: 'bool',
    HEADS: 'u32',
    THREADS: 'u32',
    LANES: 'u32',
    LANE_QUADS: 'u32',
    SLOTS: 'u32',
    SLOT_QUADS: 'u32',
    UPPER_QUADS: 'u32',
  },
} as const;

type HeadConstants = Readonly<Record<'KV_HEADS' | 'GROUP' | 'HEADS', ConstantValue>>;

const gridOf = (splits: number, rows: number, { KV_HEADS, GROUP, HEADS }: HeadConstants): Grid => [
  splits,
  Number(KV_HEADS) * ceilDiv(Number(GROUP), Number(HEADS)),
  rows,
];

const commonParts = ({ kv, exchange, trees }: DecodeVariant): WgslPart[] => [
  constantsPart,
  stepStatePart,
  stepRowsPart,
  ...cacheParts(kv),
  ...visibleParts(trees),
  softCapPart,
  exchangePart(exchange),
];

const allSlots: WgslPart = { name: 'lib/attention/slots.all', text: slotsAll };
const observeNothing: WgslPart = { name: 'lib/attention/observe.none', text: observeNone };

/**
 * Attention of 1 to 8 rows, split over the slots; see the WGSL for who computes what. `kind` is 0, `capacity` not used.
 */
export const decodeFlash = defineKernel({
  ...spec,
  includes: (variant: DecodeVariant) => [...commonParts(variant), allSlots, observeNothing],
  grid: ({ splits, rows }, constants) => gridOf(splits, rows, constants),
});

/**
 * The same over the slots on a list, u32 [rows, kvHeads, capacity + 1]: how many, then the slots in any order. It serves
 * the rows whose kind of selection is `kind`; the log-sum-exp is that of the listed slots.
 */
export const decodeFlashListed = defineKernel({
  ...spec,
  bindings: { ...spec.bindings, selected: 'read' },
  includes: (variant: DecodeVariant) => [
    ...commonParts(variant),
    { name: 'lib/attention/slots.list', text: slotsList },
    observeNothing,
  ],
  grid: ({ splits, rows }, constants) => gridOf(splits, rows, constants),
});

/**
 * Over all slots, and what eviction policies observe is noted down: with `DIRECT`, where `HEADS` must be `GROUP`, as mass,
 * otherwise as scores for `mergeSplitsObserving`. `capacity` is the number of slots of a row and head in `scores`,
 * which `scoreConstants` lays out.
 */
export const decodeFlashObserving = defineKernel({
  ...spec,
  bindings: { ...spec.bindings, scores: 'read_write', mass: 'read_write' },
  constants: { ...spec.constants, BATCH_QUADS: 'u32', SCORE_QUADS: 'u32' },
  includes: (variant: DecodeVariant & ObservedVariant) => [
    ...commonParts(variant),
    allSlots,
    ...observedParts(variant.noise),
    addMassPart,
    { name: 'lib/attention/observe.mass', text: observeMass },
  ],
  grid: ({ splits, rows }, constants) => gridOf(splits, rows, constants),
});

/** How the work of decode-flash is cut. */
export interface DecodeShape {
  /** Threads of a workgroup: a power of two. */
  readonly threads: number;
  /** Threads that share a slot: 4 to 32, a power of two, at most `threads`. */
  readonly lanes: number;
  readonly exchange: Exchange;
  /** Query heads of a KV head that a workgroup serves; those of a larger group load keys and values several times. */
  readonly heads: number;
}

/** The constants that a shape means for heads of `headDim` elements. */
export const decodeConstants = ({ threads, lanes, heads }: DecodeShape, headDim: number) => {
  const slots = Math.min(8, lanes);
  return {
    HEADS: heads,
    THREADS: threads,
    LANES: lanes,
    LANE_QUADS: ceilDiv(headDim / 4, lanes),
    SLOTS: slots,
    SLOT_QUADS: slots / 4,
    UPPER_QUADS: slots / 4 - 1,
  };
};

/** Bytes of workgroup memory that the shape needs. */
export function decodeBytes(shape: DecodeShape, headDim: number): number {
  const { HEADS, THREADS, LANES, LANE_QUADS, SLOT_QUADS } = decodeConstants(shape, headDim);
  const exchanged = shape.exchange === 'subgroup' ? 0 : HEADS * SLOT_QUADS * THREADS;
  const headsAtOnce = Math.min(4, Math.max(1, Math.floor(512 / (THREADS * LANE_QUADS))));
  const scratch = 16 * Math.max(exchanged, headsAtOnce * LANE_QUADS * THREADS);
  return scratch + 4 * HEADS * (THREADS + THREADS / LANES + 2);
}

/** Bytes of the partial sums of `rows` rows: per (row, query head, split) the sums, their maximum and their weight. */
export const partialsBytes = (rows: number, qHeads: number, headDim: number, splits: number): number =>
  rows * qHeads * splits * (headDim + 4) * 4;
