/**
 * A Llama-family forward pass in float64, written to be read: it judges the engine.
 * No cache, no batching, no trick: one row of numbers per token, layer after layer. It reads metadata and computes
 * rotations itself; what it shares with the engine (the parser, the weights' formats) has golden tests of its own.
 */

import { bytesSource, type ByteSource } from '../../src/weights/byte-source.ts';
import { parseGguf } from '../../src/weights/gguf.ts';
import { dequantizeTensor } from '../../src/weights/dequantize.ts';
import { roundToHalf } from '../../src/core/half.ts';
import { rotationOf, type Rotation } from './rope-angles.ts';

type Row = Float64Array;

/** A matrix as ggml stores it: `rows` rows of `columns` weights; it maps a vector of `columns` to one of `rows`. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

export interface ReferenceLayer {
  readonly attnNorm: Row;
  readonly q: Matrix;
  readonly k: Matrix;
  readonly v: Matrix;
  readonly o: Matrix;
  readonly ffnNorm: Row;
  readonly gate: Matrix;
  readonly up: Matrix;
  readonly down: Matrix;
}

/** The numbers of a file's metadata that the pass needs. */
export interface ReferenceConfig {
  readonly qHeads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly epsilon: number;
  /** How many positions a row sees, its own the last; Infinity = all before it. */
  readonly window: number;
}

export interface ReferenceModel {
  readonly config: ReferenceConfig;
  readonly rotation: Rotation;
  readonly embedding: Matrix;
  readonly layers: readonly ReferenceLayer[];
  readonly outputNorm: Row;
  /** The embedding again where the head is tied. */
  readonly head: Matrix;
}

export interface ReferenceOptions {
  /** Rounds keys (after rotation) and values to f16, as the engine's default cache does. Default false. */
  readonly halfCache?: boolean;
  /** Receives the hidden state of every row after each layer; layer -1 is the embedding. */
  readonly onLayer?: (layer: number, rows: readonly Row[]) => void;
  /** Position of the first id. Default 0. */
  readonly firstPosition?: number;
}

/** Reads and dequantises a whole GGUF file: 8 bytes of memory per weight. */
export async function loadReference(file: Uint8Array | ByteSource): Promise<ReferenceModel> {
  const source = file instanceof Uint8Array ? bytesSource(file) : file;
  const gguf = await parseGguf(source);
  const matrix = async (name: string): Promise<Matrix> => {
    const { type, shape, offset, byteLength } = gguf.tensors.get(name)!;
    const [columns = 1, rows = 1] = shape;
    return { rows, columns, data: dequantizeTensor(type, await source.read(offset, byteLength), rows * columns) };
  };
  const vector = async (name: string): Promise<Row> => (await matrix(name)).data;

  const number = (key: string): number | undefined => {
    const value = gguf.metadata.get(`llama.${key}`);
    return value === undefined ? undefined : Number(value);
  };
  const qHeads = number('attention.head_count')!;
  const headDim = number('attention.key_length') ?? number('embedding_length')! / qHeads;
  const config: ReferenceConfig = {
    qHeads,
    kvHeads: number('attention.head_count_kv') ?? qHeads,
    headDim,
    epsilon: number('attention.layer_norm_rms_epsilon')!,
    window: number('attention.sliding_window') || Infinity,
  };
  const factors = gguf.tensors.has('rope_freqs.weight') ? await vector('rope_freqs.weight') : undefined;
  const embedding = await matrix('token_embd.weight');
  const layers: ReferenceLayer[] = [];
  for (let i = 0; i < number('block_count')!; i++) {
    const name = (part: string) => `blk.${i}.${part}.weight`;
    /* oxlint-disable no-await-in-loop */
    layers.push({
      attnNorm: await vector(name('attn_norm')),
      q: await matrix(name('attn_q')),
      k: await matrix(name('attn_k')),
      v: await matrix(name('attn_v')),
      o: await matrix(name('attn_output')),
      ffnNorm: await vector(name('ffn_norm')),
      gate: await matrix(name('ffn_gate')),
      up: await matrix(name('ffn_up')),
      down: await matrix(name('ffn_down')),
    });
    /* oxlint-enable no-await-in-loop */
  }
  return {
    config,
    rotation: rotationOf(gguf.metadata, 'llama.', headDim, factors),
    embedding,
    layers,
    outputNorm: await vector('output_norm.weight'),
    head: gguf.tensors.has('output.weight') ? await matrix('output.weight') : embedding,
  };
}

/** Logits after each of `ids`: row i, [vocab], predicts the id that follows ids[0..i]. */
export function referenceForward(
  model: ReferenceModel,
  ids: readonly number[],
  options: ReferenceOptions = {},
): Float64Array[] {
  let hidden: Row[] = ids.map((id) => rowOf(model.embedding, id));
  options.onLayer?.(-1, hidden);
  for (const [i, layer] of model.layers.entries()) {
    hidden = forwardLayer(model, layer, hidden, options);
    options.onLayer?.(i, hidden);
  }
  return hidden.map((row) => multiply(model.head, rmsNorm(row, model.outputNorm, model.config.epsilon)));
}

function forwardLayer(
  { config, rotation }: ReferenceModel,
  layer: ReferenceLayer,
  hidden: readonly Row[],
  options: ReferenceOptions,
): Row[] {
  const { firstPosition = 0, halfCache = false } = options;
  const stored = (row: Row): Row => (halfCache ? row.map(roundToHalf) : row);

  const normed = hidden.map((row) => rmsNorm(row, layer.attnNorm, config.epsilon));
  const queries = normed.map((row, i) => rotate(multiply(layer.q, row), config, rotation, firstPosition + i));
  const keys = normed.map((row, i) => stored(rotate(multiply(layer.k, row), config, rotation, firstPosition + i)));
  const values = normed.map((row) => stored(multiply(layer.v, row)));

  return hidden.map((row, i) => {
    const first = Math.max(0, i + 1 - config.window);
    const attended = attend(queries[i]!, keys.slice(first, i + 1), values.slice(first, i + 1), config);
    const afterAttention = add(row, multiply(layer.o, attended));
    const mlpInput = rmsNorm(afterAttention, layer.ffnNorm, config.epsilon);
    const gate = multiply(layer.gate, mlpInput);
    const up = multiply(layer.up, mlpInput);
    return add(
      afterAttention,
      multiply(
        layer.down,
        gate.map((value, j) => silu(value) * up[j]!),
      ),
    );
  });
}

/** Causal attention of one query row over the keys and values up to it; query heads share key-value heads in groups. */
function attend(
  query: Row,
  keys: readonly Row[],
  values: readonly Row[],
  { qHeads, kvHeads, headDim }: ReferenceConfig,
): Row {
  const out = new Float64Array(qHeads * headDim);
  for (let head = 0; head < qHeads; head++) {
    const shared = Math.floor(head / (qHeads / kvHeads)) * headDim;
    const own = head * headDim;
    const scores = keys.map((key) => {
      let dot = 0;
      for (let d = 0; d < headDim; d++) dot += query[own + d]! * key[shared + d]!;
      return dot / Math.sqrt(headDim);
    });
    for (const [slot, weight] of softmax(scores).entries()) {
      for (let d = 0; d < headDim; d++) out[own + d]! += weight * values[slot]![shared + d]!;
    }
  }
  return out;
}

/** RoPE on every head of a row: dimensions 2i and 2i + 1 turn by position * angles[i]. */
function rotate(row: Row, { headDim }: ReferenceConfig, { angles, magnitude }: Rotation, position: number): Row {
  const out = row.slice();
  for (let head = 0; head < row.length; head += headDim) {
    for (let i = 0; i < angles.length; i++) {
      const angle = position * angles[i]!;
      const cos = Math.cos(angle) * magnitude;
      const sin = Math.sin(angle) * magnitude;
      const x = row[head + 2 * i]!;
      const y = row[head + 2 * i + 1]!;
      out[head + 2 * i] = x * cos - y * sin;
      out[head + 2 * i + 1] = x * sin + y * cos;
    }
  }
  return out;
}

export function rmsNorm(row: Row, weight: Row, epsilon: number): Row {
  const meanSquare = row.reduce((sum, value) => sum + value * value, 0) / row.length;
  return row.map((value, i) => (value / Math.sqrt(meanSquare + epsilon)) * weight[i]!);
}

export function multiply({ rows, columns, data }: Matrix, vector: Row): Row {
  const out = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let column = 0; column < columns; column++) sum += data[row * columns + column]! * vector[column]!;
    out[row] = sum;
  }
  return out;
}

export function softmax(scores: readonly number[]): number[] {
  const most = Math.max(...scores);
  const weights = scores.map((score) => Math.exp(score - most));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

const silu = (value: number): number => value / (1 + Math.exp(-value));

const add = (a: Row, b: Row): Row => a.map((value, i) => value + b[i]!);

const rowOf = ({ columns, data }: Matrix, row: number): Row => data.slice(row * columns, (row + 1) * columns);
