import { decoder } from '../blocks/decoder.ts';
import { ropeTables } from '../blocks/rope-tables.ts';
import { decoderConfig, refuseExperts } from '../decoder-config.ts';
import { configError } from '../metadata-reader.ts';
import type { Network } from '../network.ts';

/**
 * Llama and what has its shape (SmolLM2, Mistral without a window): RMSNorm before grouped-query attention and before
 * SwiGLU, RoPE on neighbouring pairs, to which the rows of its files are permuted. https://arxiv.org/abs/2302.13971
 */
export const llama: Network = {
  architectures: ['llama'],
  keys: [
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
  ],

  config(file) {
    refuseExperts(file.meta);
    const layout = file.meta.optionalText('tensor_data_layout');
    if (layout !== undefined && layout !== 'Meta AI original pth') {
      throw configError(`The tensor data layout is "${layout}".`, 'Only "Meta AI original pth" is known.');
    }
    return decoderConfig(file);
  },

  blocks: (config) => decoder(config, ropeTables(config.layers)),
};
