/** Readings of metadata that decoders of several families share. */

import type { LayerConfig, ModelConfig } from './model-config.ts';
import { configError, type MetadataReader } from './metadata-reader.ts';
import type { NetworkFile } from './network.ts';
import { readRope } from './rope.ts';

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

/** Refuses files of experts, for networks whose MLP is dense. */
export function refuseExperts(meta: MetadataReader): void {
  const experts = meta.optionalCount('expert_count', 2 ** 16) ?? 0;
  if (experts > 0) {
    throw configError(
      `The model is a mixture of ${experts} experts.`,
      'Dense models can be run; mixtures are not supported yet.',
    );
  }
}

/** The configuration of a decoder whose layers all have attention over everything before them, and an MLP. */
export function decoderConfig(file: NetworkFile): ModelConfig {
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
    normEpsilon: meta.positive('attention.layer_norm_rms_epsilon'),
    head: gguf.tensors.has('output.weight') ? 'separate' : 'tied',
  };
}

function readLayers({ gguf, meta }: NetworkFile, hidden: number, contextLength: number): LayerConfig[] {
  const layerCount = meta.count('block_count', 1024);
  const qHeads = meta.perLayer('attention.head_count', layerCount);
  const kvHeads = meta.perLayer('attention.head_count_kv', layerCount, qHeads);
  const ffn = meta.perLayer('feed_forward_length', layerCount);
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
      rope: readRope(meta, headDim, contextLength, gguf.tensors.has('rope_freqs.weight')),
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
