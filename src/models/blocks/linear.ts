import type { GpuArray } from '../../gpu/array.ts';
import { quantizeRows } from '../../kernels/elementwise/quantize-rows.ts';
import type { Activation } from '../../kernels/linear/activation.ts';
import { affine } from '../../kernels/linear/affine.ts';
import { project } from '../../kernels/linear/project.ts';
import type { TunedMatrix } from '../../kernels/linear/tuned-matrix.ts';
import { linearConstants, linearParams, type LinearVariant } from '../../kernels/linear/variant.ts';
import type { NormOutput } from '../../kernels/norm/rms-norm.ts';
import { BLOCK } from '../../kernels/weights/format.ts';
import type { Step } from '../step.ts';
import type { VectorSpec } from '../tensors.ts';

/** What every linear kernel on this matrix takes, for so many rows. `norm`: RMSNorm is folded in. */
export function linearCall(step: Step, tuned: TunedMatrix, count: number, norm: boolean) {
  const { matrix } = tuned;
  const shape: LinearVariant = step.variantOf(tuned, count);
  return {
    params: { ...linearParams(matrix), columns: count },
    constants: linearConstants(matrix, shape, norm),
    variant: { type: matrix.type, shape },
    weights: { codes: matrix.codes, aux: matrix.aux },
  };
}

/** How `count` rows must be stored for this matrix. */
export const inputOf = (step: Step, tuned: TunedMatrix, count: number): NormOutput =>
  step.variantOf(tuned, count).activations === 'int8' ? 'int8' : 'f32';

/** Makes int8 rows of f32 ones, `count` numbers of them. */
export function encodeQuantize({ recorder, activations }: Step, x: GpuArray, count: number, label: string): void {
  recorder.add(
    `${label}.int8`,
    quantizeRows.call({
      params: { blocks: count / BLOCK },
      constants: {},
      variant: undefined,
      bindings: { x, y: activations.int8 },
    }),
  );
}

/** What is done to a product before it is stored. */
export interface Epilogue {
  /** Added to it: one number for each output. */
  readonly bias?: VectorSpec | undefined;
  /** Default 'none'. */
  readonly activation?: Activation;
  /** Default 1. */
  readonly factor?: number;
}

export interface Projection extends Epilogue {
  readonly x: GpuArray;
  readonly y: GpuArray;
  /** What becomes of y: it is written, added to, or multiplied. */
  readonly into: 'write' | 'add' | 'multiply';
  readonly label: string;
}

/** y = W x for all rows of the step, or what `into` and the epilogue make of it; where the matmul takes int8, x is quantised first. */
export function encodeProject(step: Step, tuned: TunedMatrix, projection: Projection): void {
  const { y, into, label, bias, activation = 'none', factor = 1 } = projection;
  const { recorder, shape, activations } = step;
  const int8 = inputOf(step, tuned, shape.rows) === 'int8';
  if (int8) encodeQuantize(step, projection.x, shape.rows * tuned.matrix.columns, label);
  const x = int8 ? activations.int8 : projection.x;
  const { params, constants, variant, weights } = linearCall(step, tuned, shape.rows, false);
  const RESIDUAL = into === 'add';
  const plain = !bias && activation === 'none' && factor === 1 && into !== 'multiply';
  recorder.add(
    label,
    plain
      ? project.call({ params, constants: { ...constants, RESIDUAL }, variant, bindings: { ...weights, x, y } })
      : affine.call({
          params: { ...params, bias_at: bias ? step.weights.offset(bias) : 0, factor },
          constants: { ...constants, RESIDUAL, MULTIPLY: into === 'multiply' },
          variant: { ...variant, activation, biased: bias !== undefined },
          bindings: { ...weights, x, vectors: step.weights.vectors, y },
        }),
  );
}
