/**
 * A Llama-family network as an ONNX graph of ONNX Runtime's fused operators, the way its own model builder makes them:
 * MatMulNBits with 4-bit weights, GroupQueryAttention with rotary embedding inside, skip connections fused with norms.
 */

import { MICROSOFT, OnnxGraph } from './onnx.ts';
import { BLOCK, toInt4, toInt8, type QuantisationError } from './int-blocks.ts';
import type { ModelConfig } from '../../../src/models/model-config.ts';
import type { Encoded } from './protobuf.ts';

/** Reads a tensor as float32, row-major, by its GGUF name. */
export type ReadTensor = (name: string) => Promise<Float32Array>;

export interface LlamaOnnxOptions {
  /** Most positions; longer sequences have no rotary tables. */
  readonly context: number;
  /** Lengths come as an `attention_mask`, as transformers.js passes them, instead of as two numbers. */
  readonly attentionMask: boolean;
}

export interface LlamaOnnx {
  readonly model: Encoded;
  /** Of the 4-bit matrices and of the 8-bit embedding, against the file's own weights. */
  readonly int4Error: QuantisationError;
  readonly int8Error: QuantisationError;
}

// int8 dot products where the backend has them: what ONNX Runtime's model builder asks for.
const ACCURACY_LEVEL = 4;

/**
 * Builds the graph. Embedding and head are tied and 8-bit; the rest is 4-bit; activations and cache are f32.
 * @throws {Error} when the network has something that this graph cannot say
 */
export async function llamaOnnx(
  config: ModelConfig,
  read: ReadTensor,
  { context, attentionMask }: LlamaOnnxOptions,
): Promise<LlamaOnnx> {
  const { hidden, vocab, normEpsilon } = config;
  const { headDim, rope } = checkLayers(config);
  const graph = new OnnxGraph();
  const int4Error: QuantisationError = { squaredError: 0, squaredSum: 0 };
  const int8Error: QuantisationError = { squaredError: 0, squaredSum: 0 };

  const matrix = (name: string, input: string, output: string, weights: Float32Array, n: number, k: number): string => {
    const { packed, scales, zeroPoints } = toInt4(weights, n, k, int4Error);
    const blocks = k / BLOCK;
    const inputs = [
      input,
      graph.constant(`${name}.q`, [n, blocks, 16], packed),
      graph.constant(`${name}.scales`, [n, blocks], scales),
      graph.constant(`${name}.zeros`, [n, Math.ceil(blocks / 2)], zeroPoints),
    ];
    return graph.node('MatMulNBits', inputs, [output], {
      domain: MICROSOFT,
      attributes: { K: k, N: n, bits: 4, block_size: BLOCK, accuracy_level: ACCURACY_LEVEL },
    });
  };

  // transformers.js knows sizes by these names.
  graph.input('input_ids', 'int64', ['batch_size', 'sequence_length']);
  const { lastPositions, totalLength } = lengthInputs(graph, attentionMask);
  rotaryTables(graph, context, headDim, rope.base);

  const embedding = toInt8(await read('token_embd.weight'), vocab, hidden, int8Error);
  const hiddenBlocks = hidden / BLOCK;
  graph.constant('embedding.q', [vocab, hidden], embedding.values);
  graph.constant('embedding.scales', [vocab, hiddenBlocks], embedding.scales);
  graph.constant('embedding.zeros', [vocab, hiddenBlocks], new Uint8Array(vocab * hiddenBlocks).fill(128));
  let residual = graph.node(
    'GatherBlockQuantized',
    ['embedding.q', 'input_ids', 'embedding.scales', 'embedding.zeros'],
    ['embedded'],
    { domain: MICROSOFT, attributes: { bits: 8, block_size: BLOCK, gather_axis: 0, quantize_axis: 1 } },
  );
  let branch = '';

  /** Adds the branch to the residual and norms the sum; the first norm has no branch yet. */
  const norm = (name: string, weights: Float32Array): string => {
    graph.constant(`${name}.weight`, [hidden], weights);
    if (branch === '') {
      return graph.node('SimplifiedLayerNormalization', [residual, `${name}.weight`], [name], {
        attributes: { axis: -1, epsilon: normEpsilon },
        floats: ['epsilon'],
      });
    }
    graph.node(
      'SkipSimplifiedLayerNormalization',
      [residual, branch, `${name}.weight`],
      [name, '', '', `${name}.residual`],
      { domain: MICROSOFT, attributes: { epsilon: normEpsilon }, floats: ['epsilon'] },
    );
    residual = `${name}.residual`;
    return name;
  };

  for (const [index, { qHeads, kvHeads, ffn }] of config.layers.entries()) {
    const name = `layer${index}`;
    // oxlint-disable-next-line no-await-in-loop -- one layer's weights in memory at a time
    const weights = (tensor: string): Promise<Float32Array> => read(`blk.${index}.${tensor}.weight`);
    const qWidth = qHeads * headDim;
    const kvWidth = kvHeads * headDim;
    const qkv = joinRows([
      halvesOrder(await weights('attn_q'), qHeads, headDim, hidden),
      halvesOrder(await weights('attn_k'), kvHeads, headDim, hidden),
      await weights('attn_v'),
    ]);
    const normed = norm(`${name}.attention_norm`, await weights('attn_norm'));
    matrix(`${name}.qkv`, normed, `${name}.qkv`, qkv, qWidth + 2 * kvWidth, hidden);
    for (const part of ['key', 'value'])
      graph.input(`past_key_values.${index}.${part}`, 'float32', [
        'batch_size',
        kvHeads,
        'past_sequence_length',
        headDim,
      ]);
    graph.node(
      'GroupQueryAttention',
      [
        `${name}.qkv`,
        '',
        '',
        `past_key_values.${index}.key`,
        `past_key_values.${index}.value`,
        lastPositions,
        totalLength,
        'rotary.cos',
        'rotary.sin',
      ],
      [`${name}.attention`, `present.${index}.key`, `present.${index}.value`],
      {
        domain: MICROSOFT,
        attributes: { num_heads: qHeads, kv_num_heads: kvHeads, do_rotary: 1, rotary_interleaved: 0 },
      },
    );
    for (const part of ['key', 'value'])
      graph.output(`present.${index}.${part}`, 'float32', ['batch_size', kvHeads, 'total_sequence_length', headDim]);
    branch = matrix(
      `${name}.attention_out`,
      `${name}.attention`,
      `${name}.attention_out`,
      await weights('attn_output'),
      hidden,
      qWidth,
    );
    const middle = norm(`${name}.ffn_norm`, await weights('ffn_norm'));
    matrix(`${name}.gate`, middle, `${name}.gate`, await weights('ffn_gate'), ffn, hidden);
    matrix(`${name}.up`, middle, `${name}.up`, await weights('ffn_up'), ffn, hidden);
    graph.node('Sigmoid', [`${name}.gate`], [`${name}.sigmoid`]);
    graph.node('Mul', [`${name}.gate`, `${name}.sigmoid`], [`${name}.silu`]);
    graph.node('Mul', [`${name}.silu`, `${name}.up`], [`${name}.product`]);
    branch = matrix(`${name}.down`, `${name}.product`, `${name}.down`, await weights('ffn_down'), hidden, ffn);
  }

  const last = norm('output_norm', await read('output_norm.weight'));
  // Only the last row's logits are asked for, as a runtime does that generates.
  graph.constant('last_row', [1], BigInt64Array.of(-1n));
  graph.node('Gather', [last, 'last_row'], ['last_hidden'], { attributes: { axis: 1 } });
  graph.constant('head.q', [vocab, hiddenBlocks, BLOCK], embedding.values);
  graph.constant('head.scales', [vocab, hiddenBlocks], embedding.scales);
  graph.node('MatMulNBits', ['last_hidden', 'head.q', 'head.scales'], ['logits'], {
    domain: MICROSOFT,
    attributes: { K: hidden, N: vocab, bits: 8, block_size: BLOCK, accuracy_level: ACCURACY_LEVEL },
  });
  graph.output('logits', 'float32', ['batch_size', 1, vocab]);
  return { model: graph.encode('winnow bench/peers'), int4Error, int8Error };
}

/** What all layers share; refuses what the graph cannot say. */
function checkLayers(config: ModelConfig): Pick<ModelConfig['layers'][number], 'headDim' | 'rope'> {
  const first = config.layers[0];
  if (!first) throw new Error('The model has no layers.');
  const plain = config.layers.every(
    ({ headDim, rope, window }) =>
      headDim === first.headDim &&
      rope.base === first.rope.base &&
      rope.dims === headDim &&
      rope.scaling.kind === 'none' &&
      window === undefined,
  );
  if (config.architecture !== 'llama' || !plain || config.head !== 'tied') {
    throw new Error('The converter for peers knows plain Llama networks with a tied head, and no others.');
  }
  return first;
}

/** Where the graph learns how long the sequence is: names of the last position of each row, and of the total length. */
function lengthInputs(graph: OnnxGraph, attentionMask: boolean): { lastPositions: string; totalLength: string } {
  if (!attentionMask) {
    return {
      lastPositions: graph.input('last_positions', 'int32', ['batch_size']),
      totalLength: graph.input('total_length', 'int32', []),
    };
  }
  graph.input('attention_mask', 'int64', ['batch_size', 'total_sequence_length']);
  graph.constant('one', [1], BigInt64Array.of(1n));
  graph.constant('axis1', [], BigInt64Array.of(1n));
  graph.node('ReduceSum', ['attention_mask', 'one'], ['mask_sum'], { attributes: { keepdims: 0 } });
  graph.node('Sub', ['mask_sum', 'one'], ['mask_last']);
  graph.node('Shape', ['attention_mask'], ['mask_shape']);
  graph.node('Gather', ['mask_shape', 'axis1'], ['mask_length'], { attributes: { axis: 0 } });
  const toInt32 = { attributes: { to: 6 } };
  return {
    lastPositions: graph.node('Cast', ['mask_last'], ['last_positions'], toInt32),
    totalLength: graph.node('Cast', ['mask_length'], ['total_length'], toInt32),
  };
}

function rotaryTables(graph: OnnxGraph, context: number, headDim: number, base: number): void {
  const half = headDim / 2;
  const angles = Float64Array.from(
    { length: context * half },
    (_, i) => Math.floor(i / half) * base ** ((-2 * (i % half)) / headDim),
  );
  graph.constant('rotary.cos', [context, half], Float32Array.from(angles, Math.cos));
  graph.constant('rotary.sin', [context, half], Float32Array.from(angles, Math.sin));
}

/**
 * Rows of a query or key matrix in the order in which dimensions i and i + headDim / 2 turn together.
 * GGUF files of the family have neighbours turn together.
 */
export function halvesOrder(weights: Float32Array, heads: number, headDim: number, columns: number): Float32Array {
  const out = new Float32Array(weights.length);
  for (let head = 0; head < heads; head++) {
    for (let i = 0; i < headDim; i++) {
      const from = head * headDim + 2 * (i % (headDim / 2)) + Math.floor(i / (headDim / 2));
      out.set(weights.subarray(from * columns, (from + 1) * columns), (head * headDim + i) * columns);
    }
  }
  return out;
}

function joinRows(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
