import { head, NO_BIAS } from '../../kernels/linear/head.ts';
import type { Block } from '../network.ts';
import type { MatrixSpec, VectorSpec } from '../tensors.ts';
import { inputOf, linearCall } from './linear.ts';
import { encodeNorm, normedRows, normVectors, type Norm } from './norm.ts';

/** What becomes of the products before they are logits. */
export interface LogitShape {
  readonly bias?: VectorSpec | undefined;
  /** Default 1. */
  readonly factor?: number;
  /** Logits end softly at it: cap tanh(x / cap). 0 or left out = nowhere. */
  readonly cap?: number;
}

/** Ends the network: the last norm, and the logits of the rows that want some. */
export function lmHeadBlock(
  finalNorm: Norm,
  matrix: MatrixSpec,
  { bias, factor = 1, cap = 0 }: LogitShape = {},
): Block {
  const shaped = bias !== undefined || factor !== 1 || cap > 0;
  return {
    weights: [...normVectors(finalNorm), matrix, ...(bias ? [bias] : [])],
    encode(step) {
      const { recorder, weights, activations, state } = step;
      const { logitRows, maxima, states = false } = step.shape;
      if (states) encodeNorm(step, finalNorm, ['f32'], 'states.norm');
      if (logitRows === 0) return;
      const parts = weights.parts(matrix);
      const { x, folded, epsilon, gainAt } = normedRows(step, finalNorm, parts, {
        count: logitRows,
        label: 'head.norm',
      });
      for (const part of parts) {
        const { params, constants, variant, weights: bound } = linearCall(step, part, logitRows, folded);
        recorder.add(
          'head',
          head.call({
            params: {
              ...params,
              epsilon,
              first_id: part.firstRow,
              gain_at: gainAt,
              bias_at: bias ? weights.offset(bias) : NO_BIAS,
              factor,
              cap,
            },
            constants: { ...constants, VOCAB: weights.config.vocab, MAXIMA: maxima },
            variant: shaped ? { ...variant, shaped } : variant,
            bindings: {
              ...bound,
              x: x[inputOf(step, part, logitRows)],
              vectors: weights.vectors,
              state,
              counts: activations.counts,
              logits: activations.logits,
              block_max: activations.blockMax,
            },
          }),
        );
      }
    },
  };
}

/** Ends an encoder whose last norm is its own: the states of the rows, where they are wanted. */
export const statesBlock = (finalNorm: Norm): Block => ({
  weights: normVectors(finalNorm),
  encode(step) {
    if (step.shape.states) encodeNorm(step, finalNorm, ['f32'], 'states.norm');
  },
});
