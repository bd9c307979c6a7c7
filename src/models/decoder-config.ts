/** Readings of metadata that decoders of several families share. */

import type { LayerConfig, ModelConfig, Pooling } from './model-config.ts';
import { configError, type MetadataReader } from './metadata-reader.ts';
import type { NetworkFile } from './network.ts';
import { readRope, type RopeFactors } from './rope.ts';

/** The keys that `decoderConfig` reads, or that change nothing. */
export const DECODER_KEYS: readonly string[] = [
  'block_count',
  'embedding_length',
  'context_length',
  'feed_forward_length',
  'vocab_size',
  'attention.head_count',
  'attention.head_count_kv',
  'attention.key_length',
  'attention.value_length',
  'attention.layer_norm_rms_epsilon',
  'rope.dimension_count',
  'rope.freq_base',
  'rope.scale_linear',
  'rope.scaling.type',
  'rope.scaling.factor',
  'rope.scaling.attn_factor',
  'rope.scaling.original_context_length',
  'rope.scaling.finetuned',
  'rope.scaling.yarn_ext_factor',
  'rope.scaling.yarn_attn_factor',
  'rope.scaling.yarn_beta_fast',
  'rope.scaling.yarn_beta_slow',
  'rope.scaling.yarn_log_multiplier',
  'expert_count',
  'expert_used_count',
  'pooling_type',
];

/** The key of a norm's epsilon: of RMSNorm, of layer norm. */
export const EPSILON = { rms: 'attention.layer_norm_rms_epsilon', layer: 'attention.layer_norm_epsilon' } as const;

/** Refuses keys of the family that are none of `known`, unless their value changes nothing: they may change what is computed. */
export function refuseUnknownKeys(meta: MetadataReader, known: readonly string[]): void {
  for (const key of meta.keys()) {
    if (!known.includes(key) && !meta.isNeutral(key)) {
      throw configError(
        `The file sets "${meta.fullName(key)}", which is not known here.`,
        'Every setting of the network must be known, for none may be ignored.',
      );
    }
  }
}

/** The configuration of a decoder whose layers all have attention over everything before them, and an MLP or experts. */
export function decoderConfig(file: NetworkFile, norm: keyof typeof EPSILON = 'rms'): ModelConfig {
  const { gguf, meta, architecture, name } = file;
  const hidden = meta.count('embedding_length', 2 ** 20);
  const contextLength = meta.count('context_length', 2 ** 31);
  const layers = readLayers(file, hidden, contextLength);
  return {
    architecture,
    name,
    depth: layers.length,
    layers,
    hidden,
    // The tokenizer's list and `vocab_size` must tell the same: see `checkVocabulary`.
    vocab: gguf.tensors.get('token_embd.weight')?.shape[1] ?? 1,
    contextLength,
    normEpsilon: meta.positive(EPSILON[norm]),
    head: gguf.tensors.has('output.weight') ? 'separate' : 'tied',
    pooling: readPooling(meta),
  };
}

function readLayers({ gguf, meta }: NetworkFile, hidden: number, contextLength: number): LayerConfig[] {
  const layerCount = meta.count('block_count', 1024);
  const qHeads = meta.perLayer('attention.head_count', layerCount);
  const kvHeads = meta.perLayer('attention.head_count_kv', layerCount, qHeads);
  const ffn = meta.perLayer('feed_forward_length', layerCount);
  const factors: RopeFactors = gguf.tensors.has('rope_freqs.weight')
    ? 'frequencies'
    : gguf.tensors.has('rope_factors_long.weight')
      ? 'short and long'
      : undefined;
  return qHeads.map((heads, layer): LayerConfig => {
    const headDim = readHeadDim(meta, hidden, heads);
    const kv = kvHeads[layer]!;
    if (heads % kv !== 0) {
      throw configError(
        `Layer ${layer} has ${heads} query heads and ${kv} key-value heads.`,
        'Query heads are a multiple of the key-value heads.',
      );
    }
    return {
      qHeads: heads,
      kvHeads: kv,
      headDim,
      ffn: ffn[layer]!,
      window: undefined,
      rope: readRope(meta, headDim, contextLength, factors),
    };
  });
}

function readHeadDim(meta: MetadataReader, hidden: number, qHeads: number): number {
  const given = meta.optionalCount('attention.key_length', 2 ** 16);
  const headDim = given ?? hidden / qHeads;
  if (!Number.isInteger(headDim)) {
    throw configError(
      `A width of ${hidden} does not divide into ${qHeads} heads.`,
      'Without "attention.key_length" it must.',
    );
  }
  const valueDim = meta.optionalCount('attention.value_length', 2 ** 16) ?? headDim;
  if (valueDim !== headDim) {
    throw configError(`Values of a head are ${valueDim} wide, keys ${headDim}.`, 'They must be equally wide.');
  }
  return headDim;
}

/** Refuses a file whose embedding and `vocab_size` differ, or that has more tokens than rows; rows may be padded beyond them. */
export function checkVocabulary({ gguf, meta }: NetworkFile, vocab: number): void {
  const stated = meta.optionalCount('vocab_size', 2 ** 31);
  if (stated !== undefined && stated !== vocab) {
    throw configError(
      `"${meta.fullName('vocab_size')}" is ${stated}, but the embedding has ${vocab} rows.`,
      'They must be equal.',
    );
  }
  const tokens = gguf.metadata.get('tokenizer.ggml.tokens');
  if (Array.isArray(tokens) && tokens.length > vocab) {
    throw configError(
      `The tokenizer has ${tokens.length} tokens, but the embedding has ${vocab} rows.`,
      'Every token needs a row.',
    );
  }
}

/** Ways to pool by their number in files. Source: llama.cpp, include/llama.h, enum llama_pooling_type; 4 is a reranker's head. */
const POOLINGS: readonly (Pooling | undefined)[] = [undefined, 'mean', 'cls', 'last'];

function readPooling(meta: MetadataReader): Pooling | undefined {
  const type = meta.optionalCount('pooling_type', 2 ** 16) ?? 0;
  if (type < POOLINGS.length) return POOLINGS[type];
  throw configError(`The pooling type is ${type}.`, 'Mean, first or last token (1 to 3) can be pooled.');
}

/** The configuration with some of every layer's fields otherwise. */
export const withLayers = (
  config: ModelConfig,
  differs: (layer: LayerConfig, index: number) => Partial<LayerConfig>,
): ModelConfig => ({ ...config, layers: config.layers.map((layer, i) => ({ ...layer, ...differs(layer, i) })) });

/** The layer without rotary positions. */
export const unturned = ({ rope }: LayerConfig): Pick<LayerConfig, 'rope'> => ({
  rope: { ...rope, dims: 0, scaling: { kind: 'none' } },
});
