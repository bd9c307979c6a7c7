import type { ConstantValue } from '../../src/gpu/wgsl.ts';

type HeadConstants = Readonly<
  Record<'KV_HEADS' | 'GROUP' | 'HEAD_DIM' | 'WINDOW', ConstantValue> &
    Partial<Record<'SOFT_CAP' | 'BIDIRECTIONAL', ConstantValue>>
>;

/** The heads, the window and the soft cap of a scene whose kernels have these constants. */
export const headsOf = ({ KV_HEADS, GROUP, HEAD_DIM, WINDOW, SOFT_CAP, BIDIRECTIONAL }: HeadConstants) => ({
  kvHeads: Number(KV_HEADS),
  group: Number(GROUP),
  headDim: Number(HEAD_DIM),
  window: Number(WINDOW),
  softCap: Number(SOFT_CAP ?? 0),
  ahead: BIDIRECTIONAL === true,
});
