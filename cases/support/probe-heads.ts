import type { ConstantValue } from '../../src/gpu/wgsl.ts';

type HeadConstants = Readonly<Record<'KV_HEADS' | 'GROUP' | 'HEAD_DIM' | 'WINDOW', ConstantValue>>;

/** The heads and the window of a scene whose kernels have these constants. */
export const headsOf = ({ KV_HEADS, GROUP, HEAD_DIM, WINDOW }: HeadConstants) => ({
  kvHeads: Number(KV_HEADS),
  group: Number(GROUP),
  headDim: Number(HEAD_DIM),
  window: Number(WINDOW),
});
