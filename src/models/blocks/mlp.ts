import type { Block } from '../network.ts';
import type { Scratch, Step } from '../step.ts';
import type { WeightSpec } from '../tensors.ts';
import type { NetworkWeights } from '../weights.ts';

/** An MLP in two halves: between them a layer that computes side by side has its attention. */
export interface Mlp {
  readonly weights: readonly WeightSpec[];
  scratch(weights: NetworkWeights): readonly Scratch[];
  /** From the residual stream to the inner values. */
  encodeInner(step: Step): void;
  /** From there back into the stream. */
  encodeDown(step: Step): void;
}

/** An MLP by itself. */
export const mlpBlock = (mlp: Mlp): Block => ({
  weights: mlp.weights,
  scratch: (weights) => mlp.scratch(weights),
  encode(step) {
    mlp.encodeInner(step);
    mlp.encodeDown(step);
  },
});

/**
 * Attention and an MLP that both read the stream as it was: hidden += A(n) + M(m). The inner values come first, so that they see
 * the stream before anything is added to it.
 */
export const parallelBlock = (attention: Block, mlp: Mlp): Block => ({
  weights: [...new Set([...mlp.weights, ...attention.weights])],
  scratch: (weights) => [...mlp.scratch(weights), ...(attention.scratch?.(weights) ?? [])],
  encode(step) {
    mlp.encodeInner(step);
    attention.encode(step);
    mlp.encodeDown(step);
  },
});
