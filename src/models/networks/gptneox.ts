import { decoder } from '../blocks/decoder.ts';
import { DECODER_KEYS, decoderConfig, EPSILON } from '../decoder-config.ts';
import type { Network } from '../network.ts';

/**
 * GPT-NeoX and Pythia: attention and a plain MLP side by side, each behind a layer norm of its own, or one after the other where the
 * file says so; RoPE on a part of each head, GELU with the error function, biases everywhere. https://arxiv.org/abs/2204.06745
 */
export const gptneox: Network = {
  architectures: ['gptneox'],
  keys: [...DECODER_KEYS, EPSILON.layer, 'use_parallel_residual'],
  config: (file) => decoderConfig(file, 'layer'),
  blocks: (config, file) =>
    decoder(config, file, {
      norm: 'layer',
      norms: (file.meta.optionalFlag('use_parallel_residual') ?? true) ? 'parallel' : 'before',
      turns: 'halves',
      mlp: 'plain',
      activation: 'gelu-erf',
    }),
};
