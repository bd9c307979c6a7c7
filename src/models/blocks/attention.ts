import { partialsBytes } from '../../kernels/attention/decode-flash.ts';
import { MAX_SPLITS } from '../../kernels/attention/merge.ts';
import { MAX_DECODE_ROWS } from '../../attention/dense.ts';
import { KV_FORMATS } from '../../kernels/kv-formats/index.ts';
import { quantizeAppend, quantizeAppendConstants, stagingFloats } from '../../kernels/cache/quantize-append.ts';
import { qkv } from '../../kernels/linear/qkv.ts';
import type { LayerConfig } from '../model-config.ts';
import type { Block } from '../network.ts';
import type { Scratch, Step } from '../step.ts';
import { matrix, type MatrixSpec, type VectorSpec } from '../tensors.ts';
import { encodeProject, inputOf, linearCall } from './linear.ts';
import { foldsNorm, norm, normedRows } from './norm.ts';

export interface AttentionLayer {
  /** Of its tensors' names: `blk.0.`. */
  readonly prefix: string;
  /** Its place among the layers of the configuration, by which cache and step state know it. */
  readonly index: number;
  readonly hidden: number;
  readonly layer: LayerConfig;
  readonly ropeTable: VectorSpec;
  readonly epsilon: number;
}

/** hidden += O attention(Q n, K n, V n) with n the normalised hidden rows; keys are rotated and appended to the cache. */
export function attentionBlock({ prefix, index, hidden, layer, ropeTable, epsilon }: AttentionLayer): Block {
  const { qHeads, kvHeads, headDim, rope } = layer;
  const before = norm(`${prefix}attn_norm.weight`, hidden, epsilon, index);
  const heads = { attn_q: qHeads, attn_k: kvHeads, attn_v: kvHeads };
  const joined: MatrixSpec = {
    kind: 'matrix',
    role: 'qkv',
    tensors: Object.entries(heads).map(([name, count]) => ({
      name: `${prefix}${name}.weight`,
      shape: [hidden, count * headDim],
    })),
    join: 'stacked',
    heads: layer,
    layer: index,
    inputs: { from: 'norm', gain: before.gain },
  };
  const output: MatrixSpec = {
    ...matrix('project', `${prefix}attn_output.weight`, qHeads * headDim, hidden),
    inputs: { from: 'attention', qkv: joined },
  };

  const query: Scratch = { name: 'query', floats: (rows) => rows * qHeads * headDim };
  const attended: Scratch = { name: 'attention', floats: query.floats };
  /** Keys and values of the rows before they are appended, where qkv does not append them itself. */
  const staging: Scratch = { name: 'keys and values', floats: (rows) => stagingFloats(rows, kvHeads, headDim) };
  const partials: Scratch = {
    name: 'partials',
    floats: () => partialsBytes(MAX_DECODE_ROWS, qHeads, headDim, MAX_SPLITS) / 4,
  };
  const lse: Scratch = { name: 'log-sum-exp', floats: (rows) => rows * qHeads };

  return {
    weights: [before.gain, ropeTable, joined, output],
    scratch: () => [query, staging, attended, partials, lse],
    encode(step) {
      const { recorder, weights, activations, layers, shape } = step;
      encodeQkv(step);
      const scratch = (each: Scratch) => activations.scratch(each);
      step.attention.encode(
        recorder,
        layers[index]!,
        { query: scratch(query), output: scratch(attended), partials: scratch(partials), lse: scratch(lse) },
        { rows: shape.rows, lengthBucket: shape.lengthBucket, methods: shape.methods },
      );
      const [tuned] = weights.parts(output);
      const target = { y: activations.hidden, residual: true, label: 'layer.output' };
      encodeProject(step, tuned!, { x: scratch(attended), ...target });
    },
  };

  function encodeQkv(step: Step): void {
    const { recorder, weights, activations, state } = step;
    const { rows } = step.shape;
    const { kv, cache } = step.layers[index]!;
    const parts = weights.parts(joined);
    const x = normedRows(step, before, parts);
    for (const part of parts) {
      const { params, constants, variant, weights: bound } = linearCall(step, part, rows, foldsNorm(rows));
      recorder.add(
        'layer.qkv',
        qkv.call({
          params: {
            ...params,
            epsilon,
            layer: index,
            first_row: part.firstRow,
            gain_at: weights.offset(before.gain),
            turns_at: weights.offset(ropeTable),
          },
          constants: { ...constants, Q_HEADS: qHeads, KV_HEADS: kvHeads, HEAD_DIM: headDim, ROPE_PAIRS: rope.dims / 2 },
          variant: { ...variant, kv },
          bindings: {
            ...bound,
            x: x[inputOf(step, part, rows)],
            vectors: weights.vectors,
            state,
            query: activations.scratch(query),
            cache: KV_FORMATS[kv].pairs ? cache : activations.scratch(staging),
            faults: activations.faults,
          },
        }),
      );
    }
    if (!KV_FORMATS[kv].pairs)
      recorder.add(
        'layer.append',
        quantizeAppend.call({
          params: { layer: index, rows },
          constants: quantizeAppendConstants(kvHeads, headDim),
          variant: { kv },
          bindings: { state, staging: activations.scratch(staging), cache },
        }),
      );
  }
}
