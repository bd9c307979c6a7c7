import { rmsNormThreads } from '../../kernels/norm/rms-norm.ts';
import { streamNorm } from '../../kernels/norm/stream-norm.ts';
import type { Block } from '../network.ts';
import { vector, type VectorSpec } from '../tensors.ts';

export interface StreamNorm {
  /** Of its tensors, without `.weight` and `.bias`. */
  readonly name: string;
  readonly hidden: number;
  readonly epsilon: number;
  readonly layer: number;
  /** Added to every row before. */
  readonly shift?: VectorSpec;
}

/** hidden = LayerNorm(hidden + shift), in place: the norms of encoders. */
export function streamNormBlock({ name, hidden, epsilon, layer, shift }: StreamNorm): Block {
  const [gain, bias] = [vector(`${name}.weight`, hidden), vector(`${name}.bias`, hidden)];
  return {
    weights: [gain, bias, ...(shift ? [shift] : [])],
    encode({ recorder, weights, activations, state, shape }) {
      recorder.add(
        'layer.norm',
        streamNorm.call({
          params: {
            epsilon,
            gain_at: weights.offset(gain),
            bias_at: weights.offset(bias),
            shift_at: shift ? weights.offset(shift) : 0,
            rows: shape.rows,
            layer,
          },
          constants: { HIDDEN: hidden, THREADS: rmsNormThreads(hidden), SHIFTED: shift !== undefined },
          variant: undefined,
          bindings: { state, vectors: weights.vectors, x: activations.hidden },
        }),
      );
    },
  };
}
