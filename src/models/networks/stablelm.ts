import { decoder } from '../blocks/decoder.ts';
import { DECODER_KEYS, decoderConfig, EPSILON } from '../decoder-config.ts';
import { configError } from '../metadata-reader.ts';
import type { Network } from '../network.ts';

/** StableLM 2 (1.6B, Zephyr 3B): layer norm, RoPE on a quarter of each head, biases on queries, keys and values. https://arxiv.org/abs/2402.17834 */
export const stablelm: Network = {
  architectures: ['stablelm'],
  keys: [...DECODER_KEYS, EPSILON.layer, 'use_parallel_residual'],

  config(file) {
    if (file.meta.optionalFlag('use_parallel_residual'))
      throw configError(
        'The branches of a layer run side by side.',
        'In StableLM only those one after the other are known.',
      );
    return decoderConfig(file, 'layer');
  },

  blocks: (config, file) => decoder(config, file, { norm: 'layer', turns: 'halves' }),
};
