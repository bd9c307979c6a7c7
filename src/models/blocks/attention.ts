import { partialsBytes } from '../../kernels/attention/decode-flash.ts';
import { MAX_SPLITS } from '../../kernels/attention/merge.ts';
import { NORM_HEADS_THREADS, normHeads } from '../../kernels/attention/norm-heads.ts';
import { MAX_DECODE_ROWS } from '../../attention/dense.ts';
import { KV_FORMATS } from '../../kernels/kv-formats/index.ts';
import { quantizeAppend, quantizeAppendConstants, stagingFloats } from '../../kernels/cache/quantize-append.ts';
import { qkv } from '../../kernels/linear/qkv.ts';
import type { LayerConfig } from '../model-config.ts';
import type { Block } from '../network.ts';
import type { RowOrder } from '../row-order.ts';
import type { Scratch, Step } from '../step.ts';
import { matrix, vector, type MatrixSpec, type VectorSpec } from '../tensors.ts';
import { branchScratch, branchWeights, encodeBranchEnd, type BranchEnd } from './branch.ts';
import { inputOf, linearCall } from './linear.ts';
import { inputsFrom, norm, normedRows, normVectors, type Norm, type RowsFrom } from './norm.ts';
import { qkvBias, qkvMatrix } from './qkv-weights.ts';

/** RMSNorm of queries and keys. */
export interface HeadNorm {
  /** Of each head by itself, or of all heads of a row at once. */
  readonly over: 'head' | 'row';
  /** Whether it is taken before they are turned or after. */
  readonly place: 'before turning' | 'after turning';
}

export interface AttentionLayer {
  /** Of its tensors' names: `blk.0.`. */
  readonly prefix: string;
  /** Its place among the layers of the configuration, by which cache and step state know it. */
  readonly index: number;
  readonly hidden: number;
  readonly layer: LayerConfig;
  readonly ropeTable: VectorSpec;
  readonly epsilon: number;
  /** Default: RMSNorm `attn_norm`. */
  readonly from?: RowsFrom;
  /** Which two elements of a head turn together in the file. Default 'neighbours'. */
  readonly turns?: 'neighbours' | 'halves';
  /** Queries, keys and values are the rows of one tensor, `attn_qkv`. */
  readonly fused?: boolean;
  /** Whether the tensors of that name have biases. */
  readonly biased?: (name: string) => boolean;
  readonly headNorm?: HeadNorm | undefined;
  /** Multiplies what is added to the stream. */
  readonly factor?: number | undefined;
  readonly after?: Norm | undefined;
}

/** hidden += O attention(Q n, K n, V n) with n the normalised hidden rows; keys are rotated and appended to the cache. */
export function attentionBlock({
  prefix,
  index,
  hidden,
  layer,
  ropeTable,
  epsilon,
  from = norm(`${prefix}attn_norm.weight`, hidden, epsilon, index),
  turns = 'neighbours',
  fused = false,
  biased = () => false,
  headNorm,
  factor,
  after,
}: AttentionLayer): Block {
  const { qHeads, kvHeads, headDim, rope } = layer;
  const order: RowOrder | undefined = turns === 'halves' ? { headDim, turned: rope.dims } : undefined;
  const bias = qkvBias({ prefix, hidden, layer, order, fused, biased });
  const gainOf = (name: string, heads: number): VectorSpec =>
    vector(`${prefix}${name}.weight`, headNorm!.over === 'row' ? heads * headDim : headDim, order);
  const gains = headNorm && { query: gainOf('attn_q_norm', qHeads), key: gainOf('attn_k_norm', kvHeads) };
  const joined: MatrixSpec = {
    ...qkvMatrix({ prefix, hidden, layer, order, fused }),
    layer: index,
    ...inputsFrom(from),
    ...(bias && { bias }),
    ...(gains && { keyNorm: { gain: gains.key, width: headNorm.over === 'row' ? kvHeads * headDim : headDim } }),
  };
  const end: BranchEnd = {
    matrix: {
      ...matrix('project', `${prefix}attn_output.weight`, qHeads * headDim, hidden),
      // Of fused rows and of biased values nothing is known.
      ...(!fused && !bias && joined.inputs && { inputs: { from: 'attention', qkv: joined } }),
    },
    bias: biased('attn_output') ? vector(`${prefix}attn_output.bias`, hidden) : undefined,
    factor,
    after,
    label: 'layer.output',
  };

  const query: Scratch = { name: 'query', floats: (rows) => rows * qHeads * headDim };
  const attended: Scratch = { name: 'attention', floats: query.floats };
  /** Keys and values of the rows before they are appended, where qkv does not append them itself. */
  const staging: Scratch = { name: 'keys and values', floats: (rows) => stagingFloats(rows, kvHeads, headDim) };
  /** Both before their norm, where they have one. */
  const rawQuery: Scratch = { name: 'raw query', floats: query.floats };
  const rawStaging: Scratch = { name: 'raw keys and values', floats: staging.floats };
  const partials: Scratch = {
    name: 'partials',
    floats: () => partialsBytes(MAX_DECODE_ROWS, qHeads, headDim, MAX_SPLITS) / 4,
  };
  const lse: Scratch = { name: 'log-sum-exp', floats: (rows) => rows * qHeads };

  return {
    weights: [
      ...normVectors(from),
      ropeTable,
      joined,
      ...(bias ? [bias] : []),
      ...(gains ? [gains.query, gains.key] : []),
      ...branchWeights(end),
    ],
    scratch: () => [
      query,
      staging,
      attended,
      partials,
      lse,
      ...(headNorm ? [rawQuery, rawStaging] : []),
      ...branchScratch(end),
    ],
    encode(step) {
      const { recorder, activations, layers, shape } = step;
      encodeQkv(step);
      if (headNorm) encodeHeadNorm(step, headNorm);
      encodeAppend(step);
      const scratch = (each: Scratch) => activations.scratch(each);
      step.attention.encode(
        recorder,
        layers[index]!,
        { query: scratch(query), output: scratch(attended), partials: scratch(partials), lse: scratch(lse) },
        { rows: shape.rows, lengthBucket: shape.lengthBucket, methods: shape.methods, trees: shape.trees > 0 },
      );
      encodeBranchEnd(step, end, scratch(attended));
    },
  };

  function encodeQkv(step: Step): void {
    const { recorder, weights, activations, state } = step;
    const { rows } = step.shape;
    const { kv, cache } = step.layers[index]!;
    const parts = weights.parts(joined);
    const { x, folded, epsilon: floor, gainAt } = normedRows(step, from, parts);
    const staged = KV_FORMATS[kv].pairs ? cache : activations.scratch(staging);
    for (const part of parts) {
      const { params, constants, variant, weights: bound } = linearCall(step, part, rows, folded);
      recorder.add(
        'layer.qkv',
        qkv.call({
          params: {
            ...params,
            epsilon: floor,
            layer: index,
            first_row: part.firstRow,
            gain_at: gainAt,
            turns_at: weights.offset(ropeTable),
            bias_at: bias ? weights.offset(bias) : 0,
          },
          constants: {
            ...constants,
            Q_HEADS: qHeads,
            KV_HEADS: kvHeads,
            HEAD_DIM: headDim,
            // Heads with a norm are turned behind it.
            ROPE_PAIRS: headNorm ? 0 : rope.dims / 2,
          },
          // What is staged for the norm is as it is, whatever the cache stores.
          variant: {
            ...variant,
            ...(headNorm ? { kv: 'f32' as const, staged: true } : { kv }),
            ...(bias && { biased: true }),
          },
          bindings: {
            ...bound,
            x: x[inputOf(step, part, rows)],
            vectors: weights.vectors,
            state,
            query: activations.scratch(headNorm ? rawQuery : query),
            cache: headNorm ? activations.scratch(rawStaging) : staged,
            faults: activations.faults,
          },
        }),
      );
    }
  }

  function encodeHeadNorm(step: Step, { over, place }: HeadNorm): void {
    const { recorder, weights, activations, state, shape } = step;
    const { kv, cache } = step.layers[index]!;
    recorder.add(
      'layer.head-norm',
      normHeads.call({
        params: {
          epsilon,
          layer: index,
          rows: shape.rows,
          query_gain_at: weights.offset(gains!.query),
          key_gain_at: weights.offset(gains!.key),
          turns_at: weights.offset(ropeTable),
        },
        constants: {
          Q_HEADS: qHeads,
          KV_HEADS: kvHeads,
          HEAD_DIM: headDim,
          ROPE_PAIRS: rope.dims / 2,
          WHOLE: over === 'row',
          AFTER: place === 'after turning',
          THREADS: NORM_HEADS_THREADS,
        },
        variant: { kv },
        bindings: {
          state,
          vectors: weights.vectors,
          raw_query: activations.scratch(rawQuery),
          raw_pairs: activations.scratch(rawStaging),
          query: activations.scratch(query),
          cache: KV_FORMATS[kv].pairs ? cache : activations.scratch(staging),
          faults: activations.faults,
        },
      }),
    );
  }

  function encodeAppend({ recorder, activations, state, layers, shape }: Step): void {
    const { kv, cache } = layers[index]!;
    if (KV_FORMATS[kv].pairs) return;
    recorder.add(
      'layer.append',
      quantizeAppend.call({
        params: { layer: index, rows: shape.rows },
        constants: quantizeAppendConstants(kvHeads, headDim),
        variant: { kv },
        bindings: { state, staging: activations.scratch(staging), cache },
      }),
    );
  }
}
