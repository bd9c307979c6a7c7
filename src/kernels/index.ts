/**
 * The kernels as values, and what is needed to call them: every WGSL file with what it takes, on any WebGPU device, without an
 * engine. Each has cases: inputs, and what it must make of them, computed in float64.
 */

export { isSoftware } from '../gpu/software.ts';
export { requestGpu, type GpuRequest } from '../gpu/request.ts';
export type { Gpu, GpuFeatures } from '../gpu/device.ts';
export { BINDING_ALIGNMENT, slice, wholeBuffer, type GpuArray } from '../gpu/array.ts';
export { PlanRecorder, type Plan } from '../gpu/plan.ts';
export {
  defineKernel,
  type Access,
  type Dispatch,
  type Grid,
  type Kernel,
  type KernelCall,
  type KernelSpec,
  type ParamType,
} from '../gpu/kernel.ts';
export type { ConstantType, ConstantValue, WgslPart } from '../gpu/wgsl.ts';

export { checkKernel } from './cases/check-kernel.ts';
export {
  kernelCase,
  type AnyKernelCase,
  type BuiltCase,
  type KernelCase,
  type KernelWork,
} from './cases/kernel-case.ts';
export { kernelCases } from './cases/kernel-cases.ts';
export { readBuffer } from './cases/run-kernel.ts';

export { columnSums, columnSumsLanes } from './attention/column-sums.ts';
export { decodeFlash, decodeFlashListed, decodeFlashObserving } from './attention/decode-flash.ts';
export { flashPrefill } from './attention/flash-prefill.ts';
export { listedMass } from './attention/listed-mass.ts';
export { mergeSplits, mergeSplitsObserving } from './attention/merge.ts';
export { normHeads } from './attention/norm-heads.ts';
export { noisyLse } from './attention/noisy-lse.ts';
export { prefillLanes } from './attention/prefill-lanes.ts';
export { empty } from './bench/empty.ts';
export { multiplyAdd } from './bench/multiply-add.ts';
export { streamRead } from './bench/stream-read.ts';
export { closePlaces } from './cache/close-places.ts';
export { evict } from './cache/evict.ts';
export { quantizeAppend } from './cache/quantize-append.ts';
export { advance } from './decoding/advance.ts';
export { grow } from './decoding/grow.ts';
export { keepPath } from './decoding/keep-path.ts';
export { learn } from './decoding/learn.ts';
export { learnPrompt } from './decoding/learn-prompt.ts';
export { lookUp } from './decoding/look-up.ts';
export { notePath } from './decoding/note-path.ts';
export { noteRows } from './decoding/note-rows.ts';
export { plant } from './decoding/plant.ts';
export { recycle } from './decoding/recycle.ts';
export { rowTop } from './decoding/row-top.ts';
export { verify } from './decoding/verify.ts';
export { addPositions } from './elementwise/add-positions.ts';
export { embed } from './elementwise/embed.ts';
export { quantizeRows } from './elementwise/quantize-rows.ts';
export { siluMul } from './elementwise/silu-mul.ts';
export { shadowKeys } from './eval/shadow-keys.ts';
export { shadowMass } from './eval/shadow-mass.ts';
export { affine } from './linear/affine.ts';
export { gateUp } from './linear/gate-up.ts';
export { head } from './linear/head.ts';
export { project } from './linear/project.ts';
export { qkv } from './linear/qkv.ts';
export { combine } from './moe/combine.ts';
export { expertsGateUp } from './moe/gate-up.ts';
export { expertsProject } from './moe/project.ts';
export { route } from './moe/route.ts';
export { addNorm } from './norm/add-norm.ts';
export { layerNorm } from './norm/layer-norm.ts';
export { streamNorm } from './norm/stream-norm.ts';
export { rmsNorm } from './norm/rms-norm.ts';
export { blockMaxima } from './sampling/block-maxima.ts';
export { logProbs } from './sampling/log-probs.ts';
export { sample } from './sampling/sample.ts';
export { scoreRows } from './sampling/score-rows.ts';
export { pageBounds } from './selection/page-bounds.ts';
export { pageTopK } from './selection/page-top-k.ts';
export { slotScores } from './selection/slot-scores.ts';
export { voteTopK, voteTopKKept } from './selection/vote-top-k.ts';
export { repack } from './weights/repack.ts';
