import { partialsBytes } from '../../kernels/attention/decode-flash.ts';
import { MAX_SPLITS } from '../../kernels/attention/merge.ts';
import { stagingFloats } from '../../kernels/cache/quantize-append.ts';
import { countsWords } from '../../kernels/sampling/penalties-part.ts';
import { quantizedRowsBytes } from '../../kernels/elementwise/quantize-rows.ts';
import { wholeBuffer, type GpuArray } from '../../gpu/array.ts';
import type { Gpu } from '../../gpu/device.ts';
import type { ModelConfig } from '../../models/model-config.ts';
import type { Activations } from '../../models/step.ts';
import { MATVEC_ROWS } from '../../kernels/linear/tuned-matrix.ts';

export interface ActivationSizes {
  readonly maxRows: number;
  readonly maxLogitRows: number;
  readonly maxSequences: number;
  /** Whether gate and up run apart somewhere. */
  readonly separateGate: boolean;
  /** Whether a matmul takes its rows as int8. */
  readonly int8: boolean;
}

/** Allocates the buffers of a step for at most `maxRows` rows. */
export function createActivations(
  gpu: Gpu,
  config: ModelConfig,
  sizes: ActivationSizes,
): { arrays: Activations; bytes: number } {
  const { maxRows, maxLogitRows, maxSequences } = sizes;
  let bytes = 0;
  const floats = (label: string, count: number): GpuArray => {
    const buffer = gpu.createBuffer(label, count * 4);
    bytes += buffer.size;
    return wholeBuffer(buffer);
  };
  const widest = (width: (layer: ModelConfig['layers'][number]) => number): number =>
    Math.max(...config.layers.map(width));
  const queryWidth = widest(({ qHeads, headDim }) => qHeads * headDim);
  const heads = widest(({ qHeads }) => qHeads);
  const headDim = widest((layer) => layer.headDim);
  const arrays: Activations = {
    hidden: floats('hidden', maxRows * config.hidden),
    normed: floats('normed', maxRows * config.hidden),
    int8: floats(
      'int8 rows',
      sizes.int8
        ? quantizedRowsBytes(
            maxRows,
            Math.max(
              config.hidden,
              queryWidth,
              widest(({ ffn }) => ffn),
            ),
          ) / 4
        : 4,
    ),
    query: floats('query', maxRows * queryWidth),
    staging: floats(
      'keys and values',
      widest((layer) => stagingFloats(maxRows, layer.kvHeads, layer.headDim)),
    ),
    attention: floats('attention', maxRows * queryWidth),
    partials: floats('partials', partialsBytes(MATVEC_ROWS, heads, headDim, MAX_SPLITS) / 4),
    lse: floats('log-sum-exp', maxRows * heads),
    ffn: floats('ffn', maxRows * widest(({ ffn }) => ffn)),
    gate: floats('gate', sizes.separateGate ? maxRows * widest(({ ffn }) => ffn) : 4),
    logits: floats('logits', maxLogitRows * config.vocab),
    blockMax: floats('block maxima', MATVEC_ROWS * Math.ceil(config.vocab / 64)),
    counts: floats('token counts and masks', countsWords(config.vocab, maxSequences)),
  };
  return { arrays, bytes };
}
