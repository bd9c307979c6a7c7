import type { GpuArray } from '../../gpu/array.ts';
import { MATVEC_ROWS, type TunedMatrix } from '../../kernels/linear/tuned-matrix.ts';
import { layerNorm } from '../../kernels/norm/layer-norm.ts';
import { rmsNorm, rmsNormThreads, type NormOutput } from '../../kernels/norm/rms-norm.ts';
import type { Step } from '../step.ts';
import { vector, type MatrixSpec, type VectorSpec } from '../tensors.ts';
import { encodeQuantize, inputOf } from './linear.ts';

/** A norm of the residual stream. */
export interface Norm {
  /** Layer norm takes off the mean too, and may have a bias. */
  readonly kind: 'rms' | 'layer';
  readonly gain: VectorSpec;
  readonly bias?: VectorSpec | undefined;
  readonly epsilon: number;
  /** The layer whose rows it normalises; for the norm behind the last one the number of layers. */
  readonly layer: number;
}

/** Where the rows that a matrix multiplies come from: the residual stream through a norm or as it is, or the rows that were normalised last. */
export type RowsFrom = Norm | 'stream' | 'normed';

/** RMSNorm. */
export const norm = (name: string, hidden: number, epsilon: number, layer: number): Norm => ({
  kind: 'rms',
  gain: vector(name, hidden),
  epsilon,
  layer,
});

/** The vectors that it takes. */
export const normVectors = (from: RowsFrom): readonly VectorSpec[] =>
  typeof from === 'string' ? [] : from.bias ? [from.gain, from.bias] : [from.gain];

/** What is known of how large the rows get: of RMS-normed ones the gain tells, of others nothing. */
export const inputsFrom = (from: RowsFrom): Pick<MatrixSpec, 'inputs'> =>
  typeof from !== 'string' && from.kind === 'rms' ? { inputs: { from: 'norm', gain: from.gain } } : {};

/** Whether the matvecs of so few rows normalise them themselves: only RMSNorm comes out of sums that they have anyway. */
export const foldsNorm = (from: RowsFrom, rows: number): boolean =>
  typeof from !== 'string' && from.kind === 'rms' && rows <= MATVEC_ROWS;

/** Writes normalised copies of the hidden rows, one for each way in which `readers` take them. */
export function encodeNorm(
  step: Step,
  from: Norm,
  readers: readonly NormOutput[],
  label: string,
): Record<NormOutput, GpuArray> {
  const { recorder, activations, weights, state, shape } = step;
  const { gain, bias, epsilon, layer } = from;
  const { hidden } = weights.config;
  const copies = { f32: activations.normed, int8: activations.int8 };
  const constants = { HIDDEN: hidden, THREADS: rmsNormThreads(hidden) };
  const params = { epsilon, gain_at: weights.offset(gain), rows: shape.rows, layer };
  if (from.kind === 'rms') {
    for (const output of new Set(readers))
      recorder.add(
        label,
        rmsNorm.call({
          params,
          constants,
          variant: output,
          bindings: { state, x: activations.hidden, gain: weights.vectors, y: copies[output] },
        }),
      );
    return copies;
  }
  recorder.add(
    label,
    layerNorm.call({
      params: { ...params, bias_at: bias ? weights.offset(bias) : 0 },
      constants: { ...constants, BIASED: bias !== undefined },
      variant: undefined,
      bindings: { state, x: activations.hidden, vectors: weights.vectors, y: activations.normed },
    }),
  );
  if (readers.includes('int8')) encodeQuantize(step, activations.normed, shape.rows * hidden, label);
  return copies;
}

/** Rows to multiply, and what a kernel that may normalise them is told. */
export interface NormedRows {
  readonly x: Record<NormOutput, GpuArray>;
  readonly folded: boolean;
  readonly epsilon: number;
  readonly gainAt: number;
}

/** Rows to multiply: the hidden rows where the matvec normalises them itself or nobody does, else a normalised copy. */
export function normedRows(
  step: Step,
  from: RowsFrom,
  readers: readonly TunedMatrix[],
  { count = step.shape.rows, label = 'layer.norm' } = {},
): NormedRows {
  const { hidden, normed, int8 } = step.activations;
  const folded = foldsNorm(from, count);
  if (folded) {
    const { epsilon, gain } = from as Norm;
    return { x: { f32: hidden, int8: hidden }, folded, epsilon, gainAt: step.weights.offset(gain) };
  }
  const outputs = readers.map((tuned) => inputOf(step, tuned, count));
  const none = { folded, epsilon: 0, gainAt: 0 };
  if (typeof from !== 'string') return { ...none, x: encodeNorm(step, from, outputs, label) };
  const rows = from === 'stream' ? hidden : normed;
  if (outputs.includes('int8')) encodeQuantize(step, rows, step.shape.rows * step.weights.config.hidden, label);
  return { ...none, x: { f32: rows, int8 } };
}

/** The rows as f32 that are there for several matrices one after the other: a normalised copy, or what is normalised already. */
export function normedCopy(step: Step, from: RowsFrom, label: string): GpuArray {
  const { hidden, normed } = step.activations;
  if (typeof from === 'string') return from === 'stream' ? hidden : normed;
  return encodeNorm(step, from, ['f32'], label).f32;
}
