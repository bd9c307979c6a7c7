/** What a model is: sizes and switches per layer, read from a GGUF file and checked against its tensors. */

import type { GgufFile } from '../weights/gguf.ts';
import { checkLlamaTensors } from './llama-tensors.ts';
import { configError, MetadataReader } from './metadata-reader.ts';
import type { LayerConfig, ModelConfig } from './model-config.ts';
import { readRope } from './rope.ts';
import { ModelFileError } from '../core/errors.ts';

/**
 * The configuration of a Llama-family file, its tensors checked for presence and shape.
 * Throws a ModelFileError: 'model-architecture' for other families, 'gguf-missing-key', 'gguf-missing-tensor',
 * 'model-config' for anything that cannot be honoured. Nothing in the file is silently ignored.
 */
export function readConfig(gguf: GgufFile): ModelConfig {
  const architecture = new MetadataReader(gguf.metadata, '').text('general.architecture');
  if (architecture !== 'llama') {
    throw new ModelFileError({
      code: 'model-architecture',
      happened: `The architecture "${architecture}" is not supported yet.`,
      expected: 'Models of the Llama family ("llama") can be run.',
      todo: 'Choose a model of that family, for example SmolLM2 or Llama 3.2.',
    });
  }
  refuseParts(gguf);
  const meta = new MetadataReader(gguf.metadata, 'llama.');
  refuseUnknownKeys(meta);

  const layerCount = meta.count('block_count', 1024);
  const hidden = meta.count('embedding_length', 2 ** 20);
  const contextLength = meta.count('context_length', 2 ** 31);
  const normEpsilon = meta.positive('attention.layer_norm_rms_epsilon');
  const qHeads = meta.perLayer('attention.head_count', layerCount);
  const kvHeads = meta.perLayer('attention.head_count_kv', layerCount, qHeads);
  const ffn = meta.perLayer('feed_forward_length', layerCount);

  const layers = qHeads.map((heads, layer): LayerConfig => {
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
      qkNorm: false,
      biases: false,
      softcap: undefined,
      activation: 'silu',
      norms: 'pre',
    };
  });

  const { vocab, head } = checkLlamaTensors(gguf, hidden, layers);
  checkVocabulary(gguf, meta, vocab);
  return {
    architecture,
    name: new MetadataReader(gguf.metadata, '').optionalText('general.name') ?? 'unnamed model',
    layers,
    hidden,
    vocab,
    contextLength,
    normEpsilon,
    embeddingScale: 1,
    head,
    logitSoftcap: undefined,
  };
}

// Every key of the family that is honoured or changes nothing. Other `llama.` keys may change what is computed.
const KNOWN_KEYS = new Set([
  'block_count',
  'embedding_length',
  'context_length',
  'feed_forward_length',
  'vocab_size',
  'tensor_data_layout',
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
]);

function refuseUnknownKeys(meta: MetadataReader): void {
  for (const key of meta.keys()) {
    if (!KNOWN_KEYS.has(key)) {
      throw configError(
        `The file sets "llama.${key}", which is not known here.`,
        'Every setting of the network must be known, for none may be ignored.',
      );
    }
  }
  const experts = meta.optionalCount('expert_count', 2 ** 16) ?? 0;
  if (experts > 0) {
    throw configError(
      `The model is a mixture of ${experts} experts.`,
      'Dense models can be run; mixtures are not supported yet.',
    );
  }
  const layout = meta.optionalText('tensor_data_layout');
  if (layout !== undefined && layout !== 'Meta AI original pth') {
    throw configError(`The tensor data layout is "${layout}".`, 'Only "Meta AI original pth" is known.');
  }
}

/** Files that are not a whole model: adapters, and parts of a split one. */
function refuseParts(gguf: GgufFile): void {
  const meta = new MetadataReader(gguf.metadata, '');
  const type = meta.optionalText('general.type');
  if (type !== undefined && type !== 'model') {
    throw configError(`The file holds a "${type}".`, 'A whole model was expected.');
  }
  const parts = meta.optionalCount('split.count', 2 ** 16) ?? 1;
  if (parts > 1)
    throw configError(`The file is one of ${parts} parts of a model.`, 'One file with the whole model was expected.');
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

/** The embedding's rows, the tokenizer's list and `vocab_size` must tell the same number. */
function checkVocabulary(gguf: GgufFile, meta: MetadataReader, vocab: number): void {
  const stated = meta.optionalCount('vocab_size', 2 ** 31);
  if (stated !== undefined && stated !== vocab) {
    throw configError(`"llama.vocab_size" is ${stated}, but the embedding has ${vocab} rows.`, 'They must be equal.');
  }
  const tokens = gguf.metadata.get('tokenizer.ggml.tokens');
  if (Array.isArray(tokens) && tokens.length !== vocab) {
    throw configError(
      `The tokenizer has ${tokens.length} tokens, but the embedding has ${vocab} rows.`,
      'They must be equal.',
    );
  }
}
