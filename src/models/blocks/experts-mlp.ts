import { siluMul } from '../../kernels/elementwise/silu-mul.ts';
import type { TunedMatrix } from '../../kernels/linear/tuned-matrix.ts';
import { combine } from '../../kernels/moe/combine.ts';
import { expertsGateUp } from '../../kernels/moe/gate-up.ts';
import { expertsProject } from '../../kernels/moe/project.ts';
import { route } from '../../kernels/moe/route.ts';
import type { GpuArray } from '../../gpu/array.ts';
import type { Scratch, Step } from '../step.ts';
import { matrix, vector, type MatrixSpec, type TensorSpec } from '../tensors.ts';
import { encodeProject, linearCall } from './linear.ts';
import type { Mlp } from './mlp.ts';
import { normedCopy, normVectors, type Norm } from './norm.ts';

/** How rows choose among experts. */
export interface Routing {
  readonly experts: number;
  /** Of them each row goes to so many. */
  readonly used: number;
  readonly gate: 'softmax' | 'sigmoid';
  /** Whether the weights of the chosen add up to 1, and what they are then multiplied with. */
  readonly renormalised: boolean;
  readonly factor: number;
  /** A bias of this name decides who is chosen, and not what they weigh. */
  readonly selectionBias?: string | undefined;
}

export interface ExpertsLayer {
  /** Of its tensors' names: `blk.0.`. */
  readonly prefix: string;
  readonly hidden: number;
  /** Inner width of an expert. */
  readonly ffn: number;
  readonly from: Norm;
  readonly routing: Routing;
  /** Multiplies what is added to the stream. */
  readonly factor?: number | undefined;
}

/**
 * hidden += the sum of weight * D (silu(G n) * (U n)) over the experts that a row goes to (https://arxiv.org/abs/2101.03961); which,
 * only the GPU knows. Experts multiply row by row, also those of a prompt.
 */
export function expertsMlp({ prefix, hidden, ffn, from, routing, factor = 1 }: ExpertsLayer): Mlp {
  const { experts, used, gate, renormalised, selectionBias } = routing;
  const stack = (name: string, columns: number, rows: number): TensorSpec => ({
    name: `${prefix}${name}.weight`,
    shape: [columns, rows, experts],
  });
  const router = matrix('project', `${prefix}ffn_gate_inp.weight`, hidden, experts);
  const bias = selectionBias === undefined ? undefined : vector(selectionBias, experts);
  const gateAndUp: MatrixSpec = {
    kind: 'matrix',
    role: 'gate-up',
    tensors: [stack('ffn_gate_exps', hidden, ffn), stack('ffn_up_exps', hidden, ffn)],
    join: 'interleaved',
  };
  const down: MatrixSpec = {
    kind: 'matrix',
    role: 'project',
    tensors: [stack('ffn_down_exps', ffn, hidden)],
    join: 'stacked',
  };
  const products: Scratch = { name: 'router', floats: (rows) => rows * experts };
  const routes: Scratch = { name: 'routes', floats: (rows) => rows * used * 2 };
  const inner: Scratch = { name: 'ffn', floats: (rows) => rows * used * ffn };
  const gateRows: Scratch = { name: 'gate', floats: inner.floats };
  const outer: Scratch = { name: 'experts', floats: (rows) => rows * used * hidden };
  const isApart = (step: Pick<Step, 'weights'>): boolean => step.weights.parts(gateAndUp).length > 1;
  return {
    weights: [...normVectors(from), router, ...(bias ? [bias] : []), gateAndUp, down],
    scratch: (weights) => [products, routes, inner, outer, ...(isApart({ weights }) ? [gateRows] : [])],
    encodeInner(step) {
      const { recorder, weights, activations, shape } = step;
      const x = normedCopy(step, from, 'layer.norm');
      const [tuned] = weights.parts(router);
      encodeProject(step, tuned!, { x, y: activations.scratch(products), into: 'write', label: 'layer.router' });
      recorder.add(
        'layer.route',
        route.call({
          params: { rows: shape.rows, bias_at: bias ? weights.offset(bias) : 0, factor: routing.factor },
          constants: {
            EXPERTS: experts,
            USED: used,
            SIGMOID: gate === 'sigmoid',
            BIASED: bias !== undefined,
            RENORM: renormalised,
          },
          variant: undefined,
          bindings: {
            products: activations.scratch(products),
            vectors: weights.vectors,
            routes: activations.scratch(routes),
          },
        }),
      );
      if (isApart(step)) encodeApart(step, x);
      else encodeJoined(step, x);
    },
    encodeDown(step) {
      const { recorder, weights, activations, shape } = step;
      const [tuned] = weights.parts(down);
      const y = activations.scratch(outer);
      encodeExperts(step, tuned!, { x: activations.scratch(inner), y, share: 1, label: 'layer.down' });
      recorder.add(
        'layer.combine',
        combine.call({
          params: { quads: hidden / 4, rows: shape.rows, factor },
          constants: { USED: used },
          variant: undefined,
          bindings: { routes: activations.scratch(routes), x: y, y: activations.hidden },
        }),
      );
    },
  };

  /** What a kernel takes that multiplies by experts: a matvec for each of a row's, whatever the rows. */
  function expertsCall(step: Step, tuned: TunedMatrix) {
    const { params, constants, variant, weights } = linearCall(step, tuned, 1, false);
    const { outputs } = tuned.matrix;
    return {
      params: { blocks: params.blocks, outputs: outputs / experts, columns: step.shape.rows * used },
      constants,
      variant,
      bindings: { ...weights, routes: step.activations.scratch(routes) },
    };
  }

  function encodeExperts(
    step: Step,
    tuned: TunedMatrix,
    { x, y, share, label }: { x: GpuArray; y: GpuArray; share: number; label: string },
  ): void {
    const { params, constants, variant, bindings } = expertsCall(step, tuned);
    step.recorder.add(
      label,
      expertsProject.call({
        params,
        constants: { ...constants, SHARE: share },
        variant,
        bindings: { ...bindings, x, y },
      }),
    );
  }

  function encodeJoined(step: Step, x: GpuArray): void {
    const [tuned] = step.weights.parts(gateAndUp);
    const { params, constants, variant, bindings } = expertsCall(step, tuned!);
    step.recorder.add(
      'layer.gate-up',
      expertsGateUp.call({
        params,
        constants: { ...constants, USED: used },
        variant: { ...variant, activation: 'silu' },
        bindings: { ...bindings, x, y: step.activations.scratch(inner) },
      }),
    );
  }

  /** Gate and up of different types. */
  function encodeApart(step: Step, x: GpuArray): void {
    const { recorder, weights, activations, shape } = step;
    const [gateMatrix, upMatrix] = weights.parts(gateAndUp);
    const [gated, y] = [activations.scratch(gateRows), activations.scratch(inner)];
    encodeExperts(step, gateMatrix!, { x, y: gated, share: used, label: 'layer.gate' });
    encodeExperts(step, upMatrix!, { x, y, share: used, label: 'layer.up' });
    recorder.add(
      'layer.silu-mul',
      siluMul.call({
        params: { count: shape.rows * used * ffn },
        constants: {},
        variant: undefined,
        bindings: { gate: gated, y },
      }),
    );
  }
}
