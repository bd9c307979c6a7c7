import type { GpuArray } from '../../gpu/array.ts';
import { MATVEC_ROWS, type TunedMatrix } from '../../kernels/linear/tuned-matrix.ts';
import { rmsNorm, rmsNormThreads, type NormOutput } from '../../kernels/norm/rms-norm.ts';
import type { Step } from '../step.ts';
import { vector, type VectorSpec } from '../tensors.ts';
import { inputOf } from './linear.ts';

/** RMSNorm of the residual stream. */
export interface Norm {
  readonly gain: VectorSpec;
  readonly epsilon: number;
  /** The layer whose rows it normalises; for the norm behind the last one the number of layers. */
  readonly layer: number;
}

export const norm = (name: string, hidden: number, epsilon: number, layer: number): Norm => ({
  gain: vector(name, hidden),
  epsilon,
  layer,
});

/** Whether the matvecs of so few rows normalise them themselves. */
export const foldsNorm = (rows: number): boolean => rows <= MATVEC_ROWS;

/** Writes normalised copies of the hidden rows, one for each way in which `readers` take them. */
export function encodeNorm(
  { recorder, activations, weights, state, shape }: Step,
  { gain, epsilon, layer }: Norm,
  readers: readonly NormOutput[],
  label: string,
): Record<NormOutput, GpuArray> {
  const { hidden } = weights.config;
  const copies = { f32: activations.normed, int8: activations.int8 };
  for (const output of new Set(readers))
    recorder.add(
      label,
      rmsNorm.call({
        params: { epsilon, gain_at: weights.offset(gain), rows: shape.rows, layer },
        constants: { HIDDEN: hidden, THREADS: rmsNormThreads(hidden) },
        variant: output,
        bindings: { state, x: activations.hidden, gain: weights.vectors, y: copies[output] },
      }),
    );
  return copies;
}

/** Rows to multiply: the hidden rows where the matvec normalises them itself, else a normalised copy. */
export function normedRows(
  step: Step,
  from: Norm,
  readers: readonly TunedMatrix[],
  { count = step.shape.rows, label = 'layer.norm' } = {},
): Record<NormOutput, GpuArray> {
  const { hidden } = step.activations;
  if (foldsNorm(count)) return { f32: hidden, int8: hidden };
  return encodeNorm(
    step,
    from,
    readers.map((tuned) => inputOf(step, tuned, count)),
    label,
  );
}
