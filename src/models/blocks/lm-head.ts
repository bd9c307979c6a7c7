import { head } from '../../kernels/linear/head.ts';
import type { Block } from '../network.ts';
import type { MatrixSpec } from '../tensors.ts';
import { inputOf, linearCall } from './linear.ts';
import { foldsNorm, normedRows, type Norm } from './norm.ts';

/** Ends the network: the last norm, and the logits of the rows that want some. */
export const lmHeadBlock = (finalNorm: Norm, matrix: MatrixSpec): Block => ({
  weights: [finalNorm.gain, matrix],
  encode(step) {
    const { recorder, weights, activations, state } = step;
    const { logitRows, maxima } = step.shape;
    if (logitRows === 0) return;
    const parts = weights.parts(matrix);
    const x = normedRows(step, finalNorm, parts, { count: logitRows, label: 'head.norm' });
    for (const part of parts) {
      const { params, constants, variant, weights: bound } = linearCall(step, part, logitRows, foldsNorm(logitRows));
      recorder.add(
        'head',
        head.call({
          params: {
            ...params,
            epsilon: finalNorm.epsilon,
            first_id: part.firstRow,
            gain_at: weights.offset(finalNorm.gain),
          },
          constants: { ...constants, VOCAB: weights.config.vocab, MAXIMA: maxima },
          variant,
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
});
