import type { GpuArray } from '../../gpu/array.ts';
import { quantizeRows } from '../../kernels/elementwise/quantize-rows.ts';
import { project } from '../../kernels/linear/project.ts';
import type { TunedMatrix } from '../../kernels/linear/tuned-matrix.ts';
import { linearConstants, linearParams, type LinearVariant } from '../../kernels/linear/variant.ts';
import type { NormOutput } from '../../kernels/norm/rms-norm.ts';
import { BLOCK } from '../../kernels/weights/format.ts';
import type { Step } from '../step.ts';

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

/** y = W x for all rows of the step, or y += W x (`residual`); where the matmul takes int8, x is quantised first. */
export function encodeProject(
  step: Step,
  tuned: TunedMatrix,
  { x, y, residual, label }: { x: GpuArray; y: GpuArray; residual: boolean; label: string },
): void {
  const { recorder, activations, shape } = step;
  const { params, constants, variant, weights } = linearCall(step, tuned, shape.rows, false);
  let input = x;
  if (inputOf(step, tuned, shape.rows) === 'int8') {
    input = activations.int8;
    recorder.add(
      `${label}.int8`,
      quantizeRows.call({
        params: { blocks: (shape.rows * tuned.matrix.columns) / BLOCK },
        constants: {},
        variant: undefined,
        bindings: { x, y: input },
      }),
    );
  }
  recorder.add(
    label,
    project.call({
      params,
      constants: { ...constants, RESIDUAL: residual },
      variant,
      bindings: { ...weights, x: input, y },
    }),
  );
}
