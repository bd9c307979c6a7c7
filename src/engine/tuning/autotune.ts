import { roundUp } from '../../core/invariant.ts';
import { Random } from '../../core/rng.ts';
import { BINDING_ALIGNMENT, slice, wholeBuffer, type GpuArray } from '../../gpu/array.ts';
import type { Gpu } from '../../gpu/device.ts';
import type { Dispatch } from '../../gpu/kernel.ts';
import { gateUp } from '../../kernels/linear/gate-up.ts';
import { project } from '../../kernels/linear/project.ts';
import {
  describeTuning,
  rowsCandidates,
  matmulCandidates,
  type LinearTuning,
  type MatrixShape,
} from '../../kernels/linear/tuning.ts';
import { linearConstants, linearParams, type LinearVariant } from '../../kernels/linear/variant.ts';
import { matrixBytes, type Matrix } from '../../kernels/weights/format.ts';
import { race } from './race.ts';
import { adapterKey, readChoices, writeChoices, type TuningStore } from './tuning-store.ts';

/** How the kernels of one shape were chosen. */
export interface TuningChoice {
  /** 'gate-up 3072x576 Q4_1'. */
  readonly shape: string;
  readonly kernels: string;
  /** Candidates that were timed in this load. */
  readonly tried: number;
  /** Time of the unmeasured default over the chosen one's; 1 where the default stays. */
  readonly gain: number;
}

/** The kernel shapes of every matrix of a model. */
export interface TuningTable {
  tuningOf(shape: MatrixShape): LinearTuning;
  /** 'table': this adapter has stored shapes only; 'off': asked not to measure; 'kept': measured in an earlier load. */
  readonly source: 'table' | 'off' | 'kept' | 'measured';
  readonly choices: readonly TuningChoice[];
  readonly milliseconds: number;
  /** False when the time was up before every candidate had its turn. */
  readonly complete: boolean;
}

export interface AutotuneOptions {
  readonly gpu: Gpu;
  readonly shapes: readonly MatrixShape[];
  readonly enabled: boolean;
  readonly store: TuningStore | undefined;
  /** Milliseconds for everything. */
  readonly timeBox?: number;
}

/** About as long as a visitor does not mind waiting once. */
const TIME_BOX_MS = 1000;
/** Copies of a matrix that are read by turns: together more than the caches of most GPUs hold. */
const COPIES_BYTES = 64 * 2 ** 20;
const MOST_COPIES = 32;
/** Rows of the matmul that is timed. */
const MATMUL_ROWS = 256;

/** The text under which a shape's choice is kept and reported. */
export const shapeKey = ({ role, outputs, columns, type }: MatrixShape): string =>
  `${role} ${outputs}x${columns} ${type}`;

/**
 * Chooses the kernel shapes of every matrix, once for all its row counts and before its weights are laid out
 * (a layout belongs to a choice). What an earlier load measured on this adapter is taken; the rest is measured on random
 * weights within a time box.
 */
export async function autotune(options: AutotuneOptions): Promise<TuningTable> {
  const { gpu, enabled, store, timeBox = TIME_BOX_MS } = options;
  const started = performance.now();
  const shapes = [...new Map(options.shapes.map((shape) => [shapeKey(shape), shape])).values()];
  const chosen = new Map<string, LinearTuning>(shapes.map((shape) => [shapeKey(shape), allCandidates(gpu, shape)[0]!]));
  const open = shapes.filter((shape) => allCandidates(gpu, shape).length > 1);
  const table = (source: TuningTable['source'], timed = new Map<string, Timed>(), complete = true): TuningTable => ({
    tuningOf: (shape) => chosen.get(shapeKey(shape)) ?? allCandidates(gpu, shape)[0]!,
    source,
    choices: [...chosen].map(([shape, tuning]) => ({
      shape,
      kernels: describeTuning(tuning),
      tried: timed.get(shape)?.tried ?? 0,
      gain: timed.get(shape)?.gain ?? 1,
    })),
    milliseconds: performance.now() - started,
    complete,
  });
  if (open.length === 0) return table('table');
  if (!enabled) return table('off');

  const key = adapterKey(gpu);
  const kept = store ? await readChoices(store, key) : {};
  const unknown = open.filter((shape) => {
    const name = kept[shapeKey(shape)];
    const tuning = allCandidates(gpu, shape).find((candidate) => describeTuning(candidate) === name);
    if (tuning) chosen.set(shapeKey(shape), tuning);
    return !tuning;
  });
  if (unknown.length === 0) return table('kept');

  // Matrices that a token reads more bytes of have their turn first.
  const ordered = unknown.toSorted((a, b) => b.outputs * b.columns - a.outputs * a.columns);
  const timed = new Map<string, Timed>();
  const deadline = started + timeBox;
  const bench = new TuningBench(gpu, ordered);
  try {
    for (const [i, shape] of ordered.entries()) {
      const now = performance.now();
      if (now >= deadline) break;
      // oxlint-disable-next-line no-await-in-loop -- timings must not share the GPU
      const result = await tuneShape(gpu, bench, shape, now + (deadline - now) / (ordered.length - i));
      chosen.set(shapeKey(shape), result.tuning);
      timed.set(shapeKey(shape), result);
    }
  } finally {
    bench.dispose();
  }
  const complete = ordered.every((shape) => timed.get(shapeKey(shape))?.complete);
  const finished = ordered.filter((shape) => timed.get(shapeKey(shape))?.complete).map(shapeKey);
  if (store && finished.length > 0) {
    const choices = Object.fromEntries(finished.map((name) => [name, describeTuning(chosen.get(name)!)]));
    // Not keeping them costs the next load a second, nothing else.
    await writeChoices(store, key, { ...kept, ...choices }).catch(() => {});
  }
  return table('measured', timed, complete);
}

interface Timed {
  readonly tuning: LinearTuning;
  readonly tried: number;
  readonly gain: number;
  readonly complete: boolean;
}

/** Every matvec shape with every matmul shape that can follow it; the default first. */
const allCandidates = (gpu: Gpu, shape: MatrixShape): LinearTuning[] =>
  rowsCandidates(gpu, shape).flatMap((tuning) => matmulCandidates(gpu, shape).map((matmul) => ({ ...tuning, matmul })));

async function tuneShape(gpu: Gpu, bench: TuningBench, shape: MatrixShape, deadline: number): Promise<Timed> {
  const candidates = rowsCandidates(gpu, shape);
  const matvec = await race(
    gpu,
    candidates.map(({ rowTile, rows }) => ({
      name: `matvec ${shapeKey(shape)}`,
      dispatches: bench.calls(shape, rowTile, rows(1), 1),
    })),
    performance.now() + 0.6 * (deadline - performance.now()),
  );
  const tuning = candidates[matvec.winner]!;
  const matmuls = matmulCandidates(gpu, shape);
  const matmul = await race(
    gpu,
    matmuls.map((variant) => ({
      name: `matmul ${shapeKey(shape)}`,
      dispatches: bench.calls(shape, tuning.rowTile, variant, MATMUL_ROWS).slice(0, 1),
    })),
    deadline,
  );
  const all = (count: number, tried: number): boolean => count === 1 || tried === count;
  return {
    tuning: { ...tuning, matmul: matmuls[matmul.winner]! },
    tried: matvec.tried + matmul.tried,
    gain: matvec.gain,
    complete: all(candidates.length, matvec.tried) && all(matmuls.length, matmul.tried),
  };
}

/** Random weights, rows and outputs, enough for the largest of the shapes. */
class TuningBench {
  readonly #gpu: Gpu;
  readonly #weights: GpuArray;
  readonly #x: GpuArray;
  readonly #y: GpuArray;

  constructor(gpu: Gpu, shapes: readonly MatrixShape[]) {
    this.#gpu = gpu;
    const largest = Math.max(...shapes.map((shape) => strideOf(shape, 64)));
    const limit = Math.min(gpu.limits.maxBufferSize, Math.max(largest, COPIES_BYTES));
    const widest = Math.max(...shapes.map(({ columns }) => columns));
    const most = Math.max(...shapes.map(({ outputs, role }) => (role === 'head' ? 1 : outputs)));
    const tallest = Math.max(...shapes.map(({ outputs }) => outputs));
    this.#weights = wholeBuffer(gpu.createBuffer('tuning weights', limit));
    this.#x = wholeBuffer(gpu.createBuffer('tuning rows', MATMUL_ROWS * widest * 4));
    this.#y = wholeBuffer(gpu.createBuffer('tuning outputs', Math.max(MATMUL_ROWS * most, tallest) * 4));
    fillRandom(gpu, this.#weights.buffer, 0xbfffbfff);
    fillRandom(gpu, this.#x.buffer, 0xbfffffff);
  }

  /** One call for every copy of the matrix that there is room for. */
  calls(shape: MatrixShape, rowTile: number, variant: LinearVariant, rows: number): Dispatch[] {
    const { type, outputs, columns, role } = shape;
    const stride = strideOf(shape, rowTile);
    const copies = Math.max(1, Math.min(MOST_COPIES, Math.floor(this.#weights.byteLength / stride)));
    const bytes = matrixBytes(type, outputs, columns, rowTile);
    // The head's matmul has few rows: logits of a chunk are wanted for its last row only.
    const count = role === 'head' ? Math.min(rows, 1) : rows;
    return Array.from({ length: copies }, (_, copy) => {
      const codes = slice(this.#weights, copy * stride, bytes.codes);
      const auxAt = copy * stride + roundUp(bytes.codes, BINDING_ALIGNMENT);
      const aux = slice(this.#weights, auxAt, Math.max(16, bytes.aux));
      const matrix: Matrix = { type, outputs, columns, rowTile, codes, aux };
      const params = { ...linearParams(matrix), columns: count };
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

/** Random words under a mask that keeps exponents small: sums of random bits would overflow, which some adapters do slowly. */
function fillRandom(gpu: Gpu, buffer: GPUBuffer, mask: number): void {
  const random = new Random(5);
  const words = Uint32Array.from({ length: Math.min(2 ** 16, buffer.size / 4) }, () => (random.word() & mask) >>> 0);
  const seed = gpu.createBuffer('random words', words.byteLength);
  gpu.write(seed, 0, words);
  const encoder = gpu.device.createCommandEncoder();
  for (let at = 0; at < buffer.size; at += seed.size)
    encoder.copyBufferToBuffer(seed, 0, buffer, at, Math.min(seed.size, buffer.size - at));
  gpu.submit([encoder.finish()]);
  gpu.destroyBuffer(seed);
}
