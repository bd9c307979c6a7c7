import { decoder } from '../blocks/decoder.ts';
import { DECODER_KEYS, decoderConfig, EPSILON } from '../decoder-config.ts';
import type { Network } from '../network.ts';

/** StarCoder 2: layer norm, RoPE, a plain MLP, biases everywhere. https://arxiv.org/abs/2402.19173 */
export const starcoder2: Network = {
  architectures: ['starcoder2'],
  keys: [...DECODER_KEYS, EPSILON.layer],
  config: (file) => decoderConfig(file, 'layer'),
  blocks: (config, file) =>
    decoder(config, file, { norm: 'layer', turns: 'halves', mlp: 'plain', activation: 'gelu-tanh' }),
};
