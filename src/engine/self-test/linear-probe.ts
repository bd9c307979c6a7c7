import { wholeBuffer, type GpuArray } from '../../gpu/array.ts';
import type { Gpu } from '../../gpu/device.ts';
import type { Dispatch } from '../../gpu/kernel.ts';
import type { ConstantValue } from '../../gpu/wgsl.ts';
import { PAGE_SLOTS, pageWords } from '../../kernels/cache-layout.ts';
import { KV_FORMATS } from '../../kernels/kv-formats/index.ts';
import { stagingFloats } from '../../kernels/cache/quantize-append.ts';
import { int8Rows } from '../../kernels/elementwise/int8-rows.ts';
import { FAULT_WORDS } from '../../kernels/faults.ts';
import { activationOf, type Activation } from '../../kernels/linear/activation.ts';
import { affine, type AffineIncludes } from '../../kernels/linear/affine.ts';
import { gateUp } from '../../kernels/linear/gate-up.ts';
import { expertsGateUp } from '../../kernels/moe/gate-up.ts';
import { expertsProject } from '../../kernels/moe/project.ts';
import { head, NO_BIAS, type HeadIncludes } from '../../kernels/linear/head.ts';
import { project } from '../../kernels/linear/project.ts';
import { qkv, type QkvIncludes } from '../../kernels/linear/qkv.ts';
import { MATVEC_ROWS } from '../../kernels/linear/tuned-matrix.ts';
import { linearParams, type linearConstants } from '../../kernels/linear/variant.ts';
import type { Matrix } from '../../kernels/weights/format.ts';
import type { ModelConfig } from '../../models/model-config.ts';
import type { ByteSource } from '../../weights/byte-source.ts';
import { StepState } from '../memory/step-state.ts';
import type { PlannedMatrix } from '../load/weight-plan.ts';
import { probeNumbers } from './probe-numbers.ts';
import type { Expected, Probe } from './probe.ts';
import { readSourceRows } from './source-rows.ts';

/** A recorded dispatch of a linear kernel, and what its matrix was made of. */
export interface LinearUse {
  readonly dispatch: Dispatch;
  readonly matrix: Matrix;
  readonly planned: PlannedMatrix;
}

export interface LinearProbeContext {
  readonly gpu: Gpu;
  readonly source: ByteSource;
  readonly config: ModelConfig;
  /** Names the use in reports. */
  readonly name: string;
}

/** The kernels that multiply with a matrix. Their first binding is its codes, their param `columns` the batch rows. */
export const LINEAR_KERNELS: ReadonlySet<unknown> = new Set([
  affine,
  expertsGateUp,
  expertsProject,
  gateUp,
  head,
  project,
  qkv,
]);

/** The constants of all of them. */
type LinearConstants = ReturnType<typeof linearConstants> &
  Record<
    'RESIDUAL' | 'MULTIPLY' | 'VOCAB' | 'MAXIMA' | 'Q_HEADS' | 'KV_HEADS' | 'HEAD_DIM' | 'ROPE_PAIRS',
    ConstantValue
  >;

/** Batch rows of a probe: as many as make a second workgroup of every matmul, no more. */
const MOST_ROWS = 72;
const EPSILON = 1e-5;
/** What kernels that multiply their results, or end them softly, are given. */
const FACTOR = 0.75;
const CAP = 2;
/** Outputs at the beginning and at the end of a row that are looked at. */
const EDGE = 6;

/** Runs a linear kernel of the model on random rows, and computes a few of its outputs from the model file. */
export function linearProbe({ gpu, source, config, name }: LinearProbeContext, use: LinearUse): Probe {
  const { matrix, planned } = use;
  // The very pipeline of the dispatch, on inputs of its own.
  const { call: recorded } = use.dispatch;
  const constants = recorded.constants as LinearConstants;
  const shape = recorded.variant as QkvIncludes & AffineIncludes & HeadIncludes & { readonly activation?: Activation };
  const variant = shape.shape;
  const batch = recorded.params['columns']!;
  const count = Math.min(batch, batch <= MATVEC_ROWS ? variant.columns : MOST_ROWS);
  const norm = constants.NORM === true;
  const { columns: k, outputs } = matrix;
  const random = probeNumbers(11);
  const owned: GPUBuffer[] = [];
  const floats = (label: string, values: Float32Array<ArrayBuffer> | number): GpuArray => {
    const length = typeof values === 'number' ? values : values.length;
    const buffer = gpu.createBuffer(`self-test ${label}`, length * 4);
    if (typeof values !== 'number') gpu.write(buffer, 0, values);
    owned.push(buffer);
    return wholeBuffer(buffer);
  };
  const uniform = (length: number): Float32Array<ArrayBuffer> => Float32Array.from({ length }, () => random() * 2 - 1);
  const random32 = uniform(count * k);
  const int8 = variant.activations === 'int8' ? int8Rows(random32) : undefined;
  const x = int8 ? Float32Array.from(int8.values) : random32;
  const gain = norm ? uniform(k) : new Float32Array(k).fill(1);
  const bias = uniform(roundUpQuad(outputs));

  const bound = {
    codes: matrix.codes,
    aux: matrix.aux,
    x: floats('rows', int8 ? new Float32Array(int8.words.buffer) : x),
  };
  const base = { ...linearParams(matrix), columns: count };
  const called = call();

  /** The kernel's call, where its results are, how many a row has, and which matrix rows make an output. */
  function call(): { dispatch: Dispatch; y: GpuArray; width: number; rowsOf: (output: number) => number[] } {
    if (planned.role === 'gate-up') {
      const y = floats('outputs', (count * outputs) / 2);
      const dispatch = gateUp.call({
        params: { ...base, epsilon: EPSILON, gain_at: 0 },
        constants,
        variant: shape,
        bindings: { ...bound, vectors: floats('gains', gain), y },
      });
      return { dispatch, y, width: outputs / 2, rowsOf: (output) => [2 * output, 2 * output + 1] };
    }
    if (planned.role === 'lm-head') return headCall();
    if (planned.role === 'qkv') return qkvCall();
    if (use.dispatch.kernel === affine) return affineCall();
    const y = floats('outputs', count * outputs);
    const dispatch = project.call({
      params: base,
      constants,
      variant: shape,
      bindings: { ...bound, y },
    });
    return { dispatch, y, width: outputs, rowsOf: (output) => [output] };
  }

  /** Outputs begin at 1, so that adding and multiplying show. */
  function affineCall(): ReturnType<typeof call> {
    const y = floats('outputs', new Float32Array(count * outputs).fill(1));
    const dispatch = affine.call({
      params: { ...base, bias_at: 0, factor: FACTOR },
      constants,
      variant: shape,
      bindings: { ...bound, vectors: floats('bias', bias), y },
    });
    return { dispatch, y, width: outputs, rowsOf: (output) => [output] };
  }

  function headCall(): ReturnType<typeof call> {
    const y = floats('logits', count * config.vocab);
    const dispatch = head.call({
      params: { ...base, epsilon: EPSILON, first_id: 0, gain_at: 0, bias_at: NO_BIAS, factor: FACTOR, cap: CAP },
      constants,
      variant: shape,
      bindings: {
        ...bound,
        vectors: floats('gains', gain),
        state: stateOf(1, 1).array,
        counts: floats('counts', config.vocab),
        logits: y,
        block_max: floats('maxima', count * Math.ceil(config.vocab / 64)),
      },
    });
    return { dispatch, y, width: config.vocab, rowsOf: (output) => (output < outputs ? [output] : []) };
  }

  /** Also K and V on their own are put where queries begin. All rows stand at position 0, where a rotation only scales; so the queries are products like any other. */
  function qkvCall(): ReturnType<typeof call> {
    const { qHeads, kvHeads, headDim, rope } = planned.spec.heads!;
    const width = qHeads * headDim;
    const y = floats('queries', count * width);
    const turns = new Float32Array(roundUpQuad(65 * rope.dims));
    for (let i = 0; i < turns.length; i += 2) turns[i] = 1;
    const biasAt = k + turns.length;
    const vectors = new Float32Array(biasAt + bias.length);
    vectors.set(gain);
    vectors.set(turns, k);
    vectors.set(bias, biasAt);
    const dispatch = qkv.call({
      params: { ...base, epsilon: EPSILON, layer: 0, first_row: 0, gain_at: 0, turns_at: k / 4, bias_at: biasAt / 4 },
      constants,
      variant: shape,
      bindings: {
        ...bound,
        vectors: floats('gains and turns', vectors),
        state: stateOf(kvHeads, Math.ceil(count / PAGE_SLOTS)).array,
        query: y,
        cache:
          KV_FORMATS[shape.kv].pairs && !shape.staged
            ? floats('cache', pageWords(shape.kv, kvHeads, headDim) * Math.ceil(count / PAGE_SLOTS))
            : floats('keys and values', stagingFloats(count, kvHeads, headDim)),
        faults: floats('faults', FAULT_WORDS),
      },
    });
    return { dispatch, y, width, rowsOf: (output) => (output < Math.min(width, outputs) ? [output] : []) };
  }

  /** A step of `count` rows of one sequence, all at position 0 and with logits. */
  function stateOf(kvHeads: number, pages: number): StepState {
    const state = new StepState(gpu, {
      maxRows: count,
      maxLogitRows: count,
      maxSequences: 1,
      layers: 1,
      kvStride: kvHeads,
      maxPages: pages,
    });
    owned.push(state.array.buffer);
    const rows = Array.from({ length: count }, (_, ordinal) => ({
      sequence: 0,
      position: 0,
      ordinal,
      token: 0,
      logits: true,
    }));
    state.writePages(
      0,
      0,
      0,
      Array.from({ length: pages }, (_, page) => page),
    );
    state.writeBatch({ rows }, [{ sequence: 0, words: new Uint32Array(1) }]);
    return state;
  }

  /** What the kernel's epilogue makes of a product. */
  function finished(product: number, output: number): number {
    if (use.dispatch.kernel === affine) {
      const sum = activationOf(shape.activation)(product + (shape.biased ? bias[output]! : 0)) * FACTOR;
      return constants.RESIDUAL === true ? sum + 1 : sum;
    }
    if (planned.role === 'lm-head') return shape.shaped ? CAP * Math.tanh((product * FACTOR) / CAP) : product;
    return planned.role === 'qkv' && shape.biased ? product + bias[output]! : product;
  }

  return {
    name,
    encode: (recorder) => recorder.add(name, called.dispatch),
    async expected(): Promise<Expected[]> {
      const { width, rowsOf } = called;
      const last = Math.min(width, planned.role === 'lm-head' ? outputs : width);
      const chosen = [...new Set([...range(0, Math.min(EDGE, last)), ...range(Math.max(0, last - EDGE), last)])].filter(
        (output) => rowsOf(output).length > 0,
      );
      const rows = [...new Set(chosen.flatMap(rowsOf))];
      const weights = new Map(
        (await readSourceRows(source, planned, rows)).map((values, i) => [rows[i]!, values] as const),
      );
      const at: number[] = [];
      const values: number[] = [];
      for (const row of new Set([0, count - 1])) {
        const input = normalised(x.subarray(row * k, (row + 1) * k), gain, norm);
        for (const output of chosen) {
          at.push(row * width + output);
          const [first, second] = rowsOf(output).map((index) => dot(weights.get(index)!, input));
          values.push(
            second === undefined ? finished(first!, output) : activationOf(shape.activation ?? 'silu')(first!) * second,
          );
        }
      }
      return [{ array: called.y, at, values }];
    },
    dispose() {
      for (const buffer of owned) gpu.destroyBuffer(buffer);
    },
  };
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
const roundUpQuad = (count: number): number => Math.ceil(count / 4) * 4;

function normalised(x: Float32Array, gain: Float32Array, norm: boolean): Float64Array {
  const mean = x.reduce((sum, value) => sum + value * value, 0) / x.length;
  const scale = norm ? 1 / Math.sqrt(mean + EPSILON) : 1;
  return Float64Array.from(x, (value, i) => value * scale * gain[i]!);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
