import type { Scratch } from '../step.ts';
import { matrix, vector } from '../tensors.ts';
import { branchScratch, branchWeights, encodeBranchEnd, type BranchEnd } from './branch.ts';
import type { MlpLayer } from './gated-mlp.ts';
import { encodeProject } from './linear.ts';
import type { Mlp } from './mlp.ts';
import { norm, normedCopy, normVectors } from './norm.ts';

/** hidden += D act(U n + b) + c with n the normalised hidden rows: an MLP without a gate. */
export function plainMlp({
  prefix,
  index,
  hidden,
  ffn,
  epsilon,
  from = norm(`${prefix}ffn_norm.weight`, hidden, epsilon, index),
  activation = 'gelu-tanh',
  biased = () => false,
  factor,
  after,
}: MlpLayer): Mlp {
  const biasOf = (name: string, length: number) => (biased(name) ? vector(`${prefix}${name}.bias`, length) : undefined);
  const up = matrix('project', `${prefix}ffn_up.weight`, hidden, ffn);
  const upBias = biasOf('ffn_up', ffn);
  const end: BranchEnd = {
    matrix: matrix('project', `${prefix}ffn_down.weight`, ffn, hidden),
    bias: biasOf('ffn_down', hidden),
    factor,
    after,
    label: 'layer.down',
  };
  const inner: Scratch = { name: 'ffn', floats: (rows) => rows * ffn };
  return {
    weights: [...normVectors(from), up, ...(upBias ? [upBias] : []), ...branchWeights(end)],
    scratch: () => [inner, ...branchScratch(end)],
    encodeInner(step) {
      const [tuned] = step.weights.parts(up);
      const y = step.activations.scratch(inner);
      const x = normedCopy(step, from, 'layer.norm');
      encodeProject(step, tuned!, { x, y, into: 'write', label: 'layer.up', bias: upBias, activation });
    },
    encodeDown: (step) => encodeBranchEnd(step, end, step.activations.scratch(inner)),
  };
}
