import { addNorm } from '../../kernels/norm/add-norm.ts';
import { rmsNormThreads } from '../../kernels/norm/rms-norm.ts';
import type { MatrixSpec, VectorSpec } from '../tensors.ts';
import type { Scratch, Step } from '../step.ts';
import { encodeProject } from './linear.ts';
import type { Norm } from './norm.ts';
import type { GpuArray } from '../../gpu/array.ts';

/** How a branch of the network ends: a matrix back to the hidden width, and the way into the residual stream. */
export interface BranchEnd {
  readonly matrix: MatrixSpec;
  readonly bias?: VectorSpec | undefined;
  /** What the branch is multiplied with. Default 1. */
  readonly factor?: number | undefined;
  /** RMSNorm of the branch before it is added. */
  readonly after?: Norm | undefined;
  readonly label: string;
}

/** What a branch with a norm at its end is written to. */
const branch = (hidden: number): Scratch => ({ name: 'branch', floats: (rows) => rows * hidden });

export const branchWeights = ({ matrix, bias, after }: BranchEnd) => [
  matrix,
  ...(bias ? [bias] : []),
  ...(after ? [after.gain] : []),
];

export const branchScratch = ({ after, matrix }: BranchEnd): readonly Scratch[] =>
  after ? [branch(matrix.tensors[0]!.shape[1]!)] : [];

/** hidden += factor * (W x + b), or factor * RMSNorm(W x + b). */
export function encodeBranchEnd(step: Step, { matrix, bias, factor = 1, after, label }: BranchEnd, x: GpuArray): void {
  const { weights, activations, recorder, state, shape } = step;
  const [tuned] = weights.parts(matrix);
  if (!after) {
    encodeProject(step, tuned!, { x, y: activations.hidden, into: 'add', label, bias, factor });
    return;
  }
  const { hidden } = weights.config;
  const y = activations.scratch(branch(hidden));
  encodeProject(step, tuned!, { x, y, into: 'write', label, bias });
  recorder.add(
    `${label}-norm`,
    addNorm.call({
      params: {
        epsilon: after.epsilon,
        gain_at: weights.offset(after.gain),
        factor,
        rows: shape.rows,
        layer: after.layer,
      },
      constants: { HIDDEN: hidden, THREADS: rmsNormThreads(hidden) },
      variant: undefined,
      bindings: { state, x: y, gain: weights.vectors, y: activations.hidden },
    }),
  );
}
