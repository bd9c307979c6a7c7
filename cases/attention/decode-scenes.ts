import type { decodeFlash } from '../../src/kernels/attention/decode-flash.ts';
import {
  decodeConstants,
  partialsBytes,
  type DecodeShape,
  type DecodeVariant,
} from '../../src/kernels/attention/decode-flash.ts';
import type { ConstantValue } from '../../src/gpu/wgsl.ts';
import type { KernelWork } from '../../src/kernels/cases/kernel-case.ts';
import type { Gpu } from '../../src/gpu/device.ts';
import { slotBytes } from '../../src/kernels/cache-layout.ts';
import { headsOf } from '../support/probe-heads.ts';
import { attentionConstants, hasTrees, sceneLabel, untouched, type Scene, type SceneShape } from './scene.ts';

/** A step of attention/decode-flash. */
export interface Shape extends SceneShape {
  /** 0 = direct. */
  readonly splits: number;
  readonly cut?: DecodeShape;
}

/** Runs on every device; two teams of threads, whose maxima meet at the end, and batches of heads. */
export const small: DecodeShape = { threads: 16, lanes: 8, exchange: 'workgroup', heads: 2 };
export const narrow: DecodeShape = { threads: 8, lanes: 8, exchange: 'subgroup', heads: 3 };
/** More lanes than slots of a round. */
export const broad: DecodeShape = { threads: 32, lanes: 32, exchange: 'workgroup', heads: 1 };
export const wide: DecodeShape = { threads: 128, lanes: 8, exchange: 'workgroup', heads: 3 };

/** From a built case to the scene it was made from. */
export const scenes = new WeakMap<object, Scene>();

/** Narrow heads where the width does not matter: wider ones take software adapters longer to compile. */
export const one = { kv: 'f16', kvHeads: 3, group: 3, headDim: 32, bucket: 1 } as const;

/** The constants and inputs that both kernels take. */
export function inputsOf(shape: Shape, scene: Scene) {
  const { kvHeads, group, headDim, bucket, state, cache, query } = scene;
  const { cut = small } = shape;
  const heads = kvHeads * group;
  return {
    constants: {
      ...attentionConstants(shape),
      DIRECT: shape.splits === 0,
      ...decodeConstants(cut, headDim),
    },
    variant: { kv: shape.kv, exchange: cut.exchange, trees: hasTrees(shape) },
    buffers: {
      state,
      query,
      cache,
      output: untouched(bucket * heads * headDim),
      lse: untouched(bucket * heads),
      partials: untouched(partialsBytes(bucket, heads, headDim, Math.max(1, shape.splits)) / 4),
    },
  };
}

export const missing = ({ cut = small }: Shape, { features }: Pick<Gpu, 'features'>): string | undefined =>
  cut.exchange === 'subgroup' && features.subgroupMinSize < cut.lanes
    ? `subgroups of at least ${cut.lanes}`
    : undefined;

export const label = ({ cut = small, splits, ...scene }: Shape): string =>
  `${sceneLabel(scene)}, ${Math.max(1, splits)} splits, ${cut.threads} threads of ${cut.lanes} lanes, ${cut.exchange}`;

// On a CPU a workgroup is one subgroup.
export const suits = ({ cut = small }: Shape, { software }: Pick<Gpu, 'software'>): boolean =>
  software === (cut.threads === cut.lanes);

/** Keys and values of so many slots for every row, and two multiply-adds per (head, slot, element). */
export const workOf = ({ kv, kvHeads, group, headDim }: Shape, slots: number): KernelWork => ({
  bytes: slots * kvHeads * slotBytes(kv, headDim),
  flops: 4 * slots * kvHeads * group * headDim,
});

/** What both kernels' probes have in common; two splits where the kernel does not write its output itself. */
export const probeOf = (
  constants: Readonly<Record<keyof typeof decodeFlash.spec.constants, ConstantValue>>,
  { kv, exchange }: DecodeVariant,
) => ({
  ...headsOf(constants),
  kv,
  bucket: 1,
  splits: constants.DIRECT ? 0 : 2,
  cut: {
    threads: Number(constants.THREADS),
    lanes: Number(constants.LANES),
    exchange,
    heads: Number(constants.HEADS),
  },
});
