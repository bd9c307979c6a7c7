import { siluMul } from '../../kernels/elementwise/silu-mul.ts';
import { gateUp } from '../../kernels/linear/gate-up.ts';
import type { Block } from '../network.ts';
import type { Scratch, Step } from '../step.ts';
import { matrix, type MatrixSpec } from '../tensors.ts';
import { encodeProject, inputOf, linearCall } from './linear.ts';
import { encodeNorm, foldsNorm, norm, normedRows } from './norm.ts';

export interface GatedMlp {
  /** Of its tensors' names: `blk.0.`. */
  readonly prefix: string;
  /** Its layer's place among those of the configuration, or that of the layer whose rows it has. */
  readonly index: number;
  readonly hidden: number;
  readonly ffn: number;
  readonly epsilon: number;
}

/** hidden += D (silu(G n) * (U n)) with n the normalised hidden rows (SwiGLU, https://arxiv.org/abs/2002.05202). */
export function gatedMlpBlock({ prefix, index, hidden, ffn, epsilon }: GatedMlp): Block {
  const before = norm(`${prefix}ffn_norm.weight`, hidden, epsilon, index);
  const gateAndUp: MatrixSpec = {
    kind: 'matrix',
    role: 'gate-up',
    tensors: ['ffn_gate', 'ffn_up'].map((name) => ({ name: `${prefix}${name}.weight`, shape: [hidden, ffn] })),
    join: 'interleaved',
    inputs: { from: 'norm', gain: before.gain },
  };
  const down: MatrixSpec = {
    ...matrix('project', `${prefix}ffn_down.weight`, ffn, hidden),
    inputs: { from: 'gate', gateUp: gateAndUp },
  };
  const inner: Scratch = { name: 'ffn', floats: (rows) => rows * ffn };
  const gateRows: Scratch = { name: 'gate', floats: (rows) => rows * ffn };
  return {
    weights: [before.gain, gateAndUp, down],
    scratch: (weights) => (weights.parts(gateAndUp).length > 1 ? [inner, gateRows] : [inner]),
    encode(step) {
      const y = step.activations.scratch(inner);
      if (step.weights.parts(gateAndUp).length > 1) encodeApart(step);
      else encodeJoined(step);
      const [tuned] = step.weights.parts(down);
      encodeProject(step, tuned!, { x: y, y: step.activations.hidden, residual: true, label: 'layer.down' });
    },
  };

  function encodeJoined(step: Step): void {
    const { recorder, weights, activations, shape } = step;
    const [tuned] = weights.parts(gateAndUp);
    const x = normedRows(step, before, [tuned!]);
    const { params, constants, variant, weights: bound } = linearCall(step, tuned!, shape.rows, foldsNorm(shape.rows));
    recorder.add(
      'layer.gate-up',
      gateUp.call({
        params: { ...params, epsilon, gain_at: weights.offset(before.gain) },
        constants,
        variant,
        bindings: {
          ...bound,
          x: x[inputOf(step, tuned!, shape.rows)],
          vectors: weights.vectors,
          y: activations.scratch(inner),
        },
      }),
    );
  }

  /** Gate and up of different types: two products of a normalised copy, then silu(gate) * up. */
  function encodeApart(step: Step): void {
    const { recorder, weights, activations, shape } = step;
    const [gate, up] = weights.parts(gateAndUp);
    const x = encodeNorm(step, before, ['f32'], 'layer.norm').f32;
    const [gated, y] = [activations.scratch(gateRows), activations.scratch(inner)];
    encodeProject(step, gate!, { x, y: gated, residual: false, label: 'layer.gate' });
    encodeProject(step, up!, { x, y, residual: false, label: 'layer.up' });
    recorder.add(
      'layer.silu-mul',
      siluMul.call({
        params: { count: shape.rows * ffn },
        constants: {},
        variant: undefined,
        bindings: { gate: gated, y },
      }),
    );
  }
}
