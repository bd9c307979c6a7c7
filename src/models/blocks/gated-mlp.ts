import { siluMul } from '../../kernels/elementwise/silu-mul.ts';
import type { Activation } from '../../kernels/linear/activation.ts';
import { gateUp } from '../../kernels/linear/gate-up.ts';
import type { Scratch, Step } from '../step.ts';
import { matrix, vector, type MatrixSpec } from '../tensors.ts';
import { branchScratch, branchWeights, encodeBranchEnd, type BranchEnd } from './branch.ts';
import { encodeProject, inputOf, linearCall } from './linear.ts';
import type { Mlp } from './mlp.ts';
import { inputsFrom, norm, normedCopy, normedRows, normVectors, type Norm, type RowsFrom } from './norm.ts';

export interface MlpLayer {
  /** Of its tensors' names: `blk.0.`. */
  readonly prefix: string;
  /** Its layer's place among those of the configuration, or that of the layer whose rows it has. */
  readonly index: number;
  readonly hidden: number;
  readonly ffn: number;
  readonly epsilon: number;
  /** Default: RMSNorm `ffn_norm`. */
  readonly from?: RowsFrom;
  /** Default 'silu' of a gated, 'gelu-tanh' of a plain MLP. */
  readonly activation?: Activation;
  /** Whether the tensors of that name have biases. */
  readonly biased?: (name: string) => boolean;
  /** Gate and up are the rows of one tensor, `ffn_up`, the gate's first. */
  readonly fused?: boolean;
  /** Multiplies what is added to the stream. */
  readonly factor?: number | undefined;
  readonly after?: Norm | undefined;
}

/** hidden += D (act(G n) * (U n)) with n the normalised hidden rows (SwiGLU and its kin, https://arxiv.org/abs/2002.05202). */
export function gatedMlp({
  prefix,
  index,
  hidden,
  ffn,
  epsilon,
  from = norm(`${prefix}ffn_norm.weight`, hidden, epsilon, index),
  activation = 'silu',
  biased = () => false,
  fused = false,
  factor,
  after,
}: MlpLayer): Mlp {
  const tensor = (name: string, rows: number) => ({ name: `${prefix}${name}.weight`, shape: [hidden, rows] });
  const biasOf = (name: string, length: number) => (biased(name) ? vector(`${prefix}${name}.bias`, length) : undefined);
  const [gateBias, upBias] = [fused ? undefined : biasOf('ffn_gate', ffn), fused ? undefined : biasOf('ffn_up', ffn)];
  const both = tensor('ffn_up', 2 * ffn);
  const gateAndUp: MatrixSpec = {
    kind: 'matrix',
    // With biases the two run apart: their kernel has none.
    role: gateBias || upBias ? 'project' : 'gate-up',
    join: 'interleaved',
    ...(fused
      ? { tensors: [both], ranges: [0, ffn].map((first) => ({ tensor: both, from: first, count: ffn })) }
      : { tensors: [tensor('ffn_gate', ffn), tensor('ffn_up', ffn)] }),
    ...inputsFrom(from),
  };
  const end: BranchEnd = {
    matrix: {
      ...matrix('project', `${prefix}ffn_down.weight`, ffn, hidden),
      // Of fused and of biased rows nothing is known.
      ...(!fused && !gateBias && !upBias && gateAndUp.inputs && { inputs: { from: 'gate', gateUp: gateAndUp } }),
    },
    bias: biasOf('ffn_down', hidden),
    factor,
    after,
    label: 'layer.down',
  };
  const inner: Scratch = { name: 'ffn', floats: (rows) => rows * ffn };
  const gateRows: Scratch = { name: 'gate', floats: (rows) => rows * ffn };
  const simple = activation === 'silu' && !gateBias;
  const biases = [gateBias, upBias].filter((bias) => bias !== undefined);
  return {
    weights: [...normVectors(from), gateAndUp, ...biases, ...branchWeights(end)],
    scratch: (weights) => [
      inner,
      ...(simple && weights.parts(gateAndUp).length > 1 ? [gateRows] : []),
      ...branchScratch(end),
    ],
    encodeInner(step) {
      if (step.weights.parts(gateAndUp).length > 1) encodeApart(step);
      else encodeJoined(step);
    },
    encodeDown: (step) => encodeBranchEnd(step, end, step.activations.scratch(inner)),
  };

  function encodeJoined(step: Step): void {
    const { recorder, weights, activations, shape } = step;
    const [tuned] = weights.parts(gateAndUp);
    const { x, folded, epsilon: floor, gainAt } = normedRows(step, from, [tuned!]);
    const { params, constants, variant, weights: bound } = linearCall(step, tuned!, shape.rows, folded);
    recorder.add(
      'layer.gate-up',
      gateUp.call({
        params: { ...params, epsilon: floor, gain_at: gainAt },
        constants,
        variant: activation === 'silu' ? variant : { ...variant, activation },
        bindings: {
          ...bound,
          x: x[inputOf(step, tuned!, shape.rows)],
          vectors: weights.vectors,
          y: activations.scratch(inner),
        },
      }),
    );
  }

  /** Gate and up of different types or with biases: two products of a normalised copy, the gate's applied to the other. */
  function encodeApart(step: Step): void {
    const { recorder, weights, activations, shape } = step;
    const [gate, up] = weights.parts(gateAndUp);
    const x = normedCopy(step, from, 'layer.norm');
    const y = activations.scratch(inner);
    if (!simple) {
      encodeProject(step, up!, { x, y, into: 'write', label: 'layer.up', bias: upBias });
      encodeProject(step, gate!, { x, y, into: 'multiply', label: 'layer.gate', bias: gateBias, activation });
      return;
    }
    const gated = activations.scratch(gateRows);
    encodeProject(step, gate!, { x, y: gated, into: 'write', label: 'layer.gate' });
    encodeProject(step, up!, { x, y, into: 'write', label: 'layer.up', bias: upBias });
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
