import { roundUp } from '../../core/invariant.ts';
import { BINDING_ALIGNMENT, slice, wholeBuffer, type GpuArray } from '../../gpu/array.ts';
import type { Gpu } from '../../gpu/device.ts';
import type { Dispatch } from '../../gpu/kernel.ts';
import { gateUp } from '../../kernels/linear/gate-up.ts';
import { project } from '../../kernels/linear/project.ts';
import {
  describeTuning,
  matmulCandidates,
  rowsCandidates,
  type LinearTuning,
  type MatrixShape,
} from '../../kernels/linear/tuning.ts';
import {
  fitTile,
  linearConstants,
  linearParams,
  type ActivationType,
  type LinearVariant,
} from '../../kernels/linear/variant.ts';
import { matrixBytes, type Matrix } from '../../kernels/weights/format.ts';
import type { Tunable } from './autotune.ts';
import { race } from './race.ts';
import { fillRandom, SMALL_FLOATS } from './random-words.ts';

/** Copies of a matrix that are read by turns: together more than the caches of most GPUs hold. */
const COPIES_BYTES = 64 * 2 ** 20;
const MOST_COPIES = 32;
/** Rows of the matmul that is timed. */
const MATMUL_ROWS = 256;
/** The matvec's share of a shape's time. */
const MATVEC_SHARE = 0.6;

/** The text under which a shape's choice is kept and reported. */
export const shapeKey = ({ role, outputs, columns, type }: MatrixShape, activations: ActivationType): string =>
  `${role} ${outputs}x${columns} ${type}${activations === 'f32' ? '' : ` ${activations}`}`;

/** Every matvec shape with every matmul shape that can follow it. */
export const linearTunings = (gpu: Gpu, shape: MatrixShape, activations: ActivationType): LinearTuning[] =>
  rowsCandidates(gpu, shape).flatMap((tuning) =>
    matmulCandidates(gpu, shape, activations).map((matmul) => ({ ...tuning, matmul })),
  );

/** The kernels of a matrix, timed on random weights: first the matvec, which decides the layout, then the matmul. */
export function linearTunable(gpu: Gpu, shape: MatrixShape, activations: ActivationType): Tunable {
  const matvecs = rowsCandidates(gpu, shape);
  const matmuls = matmulCandidates(gpu, shape, activations);
  return {
    key: shapeKey(shape, activations),
    candidates: linearTunings(gpu, shape, activations).map(describeTuning),
    work: shape.outputs * shape.columns,
    async measure(_, deadline) {
      const bench = new LinearBench(gpu, shape);
      try {
        const now = performance.now();
        const matvec = await race(
          gpu,
          matvecs.map((tuning) => ({
            name: `matvec ${this.key}`,
            dispatches: bench.calls(tuning.rowTile, tuning.rows(1), 1),
          })),
          now + MATVEC_SHARE * (deadline - now),
        );
        const { rowTile } = matvecs[matvec.winner]!;
        const matmul = await race(
          gpu,
          matmuls.map((variant) => ({
            name: `matmul ${this.key}`,
            dispatches: bench.calls(rowTile, variant, MATMUL_ROWS).slice(0, 1),
          })),
          deadline,
        );
        return {
          winner: matvec.winner * matmuls.length + matmul.winner,
          tried: matvec.tried + matmul.tried,
          gain: matvec.gain,
          complete: all(matvecs, matvec.tried) && all(matmuls, matmul.tried),
        };
      } finally {
        bench.dispose();
      }
    },
  };
}

const all = (candidates: readonly unknown[], tried: number): boolean =>
  candidates.length === 1 || tried === candidates.length;

/** Random weights, rows and outputs of one matrix shape. */
class LinearBench {
  readonly #gpu: Gpu;
  readonly #shape: MatrixShape;
  readonly #weights: GpuArray;
  readonly #x: GpuArray;
  readonly #y: GpuArray;

  constructor(gpu: Gpu, shape: MatrixShape) {
    this.#gpu = gpu;
    this.#shape = shape;
    const { columns, outputs } = shape;
    const rows = this.#rows(MATMUL_ROWS);
    const largest = strideOf(shape, 64);
    const bytes = Math.min(gpu.limits.maxBufferSize, Math.max(largest, Math.min(COPIES_BYTES, MOST_COPIES * largest)));
    this.#weights = wholeBuffer(gpu.createBuffer('tuning weights', bytes));
    this.#x = wholeBuffer(gpu.createBuffer('tuning rows', rows * columns * 4));
    this.#y = wholeBuffer(gpu.createBuffer('tuning outputs', rows * outputs * 4));
    fillRandom(gpu, this.#weights.buffer, SMALL_FLOATS);
    fillRandom(gpu, this.#x.buffer, SMALL_FLOATS);
  }

  /** The head's matmul has few rows: logits of a chunk are wanted for its last row only. */
  #rows(count: number): number {
    return this.#shape.role === 'lm-head' ? 1 : count;
  }

  /** One call for every copy of the matrix that there is room for. */
  calls(rowTile: number, shape: LinearVariant, rows: number): Dispatch[] {
    const { type, outputs, columns, role } = this.#shape;
    const variant = fitTile(shape, outputs, this.#rows(rows), role === 'lm-head');
    const stride = strideOf(this.#shape, rowTile);
    const copies = Math.max(1, Math.min(MOST_COPIES, Math.floor(this.#weights.byteLength / stride)));
    const bytes = matrixBytes(type, outputs, columns, rowTile);
    return Array.from({ length: copies }, (_, copy) => {
      const codes = slice(this.#weights, copy * stride, bytes.codes);
      const auxAt = copy * stride + roundUp(bytes.codes, BINDING_ALIGNMENT);
      const aux = slice(this.#weights, auxAt, Math.max(16, bytes.aux));
      const matrix: Matrix = { type, outputs, columns, rowTile, codes, aux };
      const params = { ...linearParams(matrix), columns: this.#rows(rows) };
      if (role === 'gate-up')
        return gateUp.call({
          params: { ...params, epsilon: 1e-5, gain_at: 0 },
          constants: linearConstants(matrix, variant, variant.core === 'rows'),
          variant: { type, shape: variant },
          bindings: { codes, aux, x: this.#x, vectors: this.#x, y: this.#y },
        });
      return project.call({
        params,
        constants: { ...linearConstants(matrix, variant, false), RESIDUAL: role === 'project' },
        variant: { type, shape: variant },
        bindings: { codes, aux, x: this.#x, y: this.#y },
      });
    });
  }

  dispose(): void {
    for (const { buffer } of [this.#weights, this.#x, this.#y]) this.#gpu.destroyBuffer(buffer);
  }
}

const strideOf = ({ type, outputs, columns }: MatrixShape, rowTile: number): number => {
  const { codes, aux } = matrixBytes(type, outputs, columns, rowTile);
  return roundUp(codes, BINDING_ALIGNMENT) + roundUp(Math.max(16, aux), BINDING_ALIGNMENT);
};
