import { decoder } from '../blocks/decoder.ts';
import { DECODER_KEYS, decoderConfig, EPSILON } from '../decoder-config.ts';
import type { Network } from '../network.ts';

/**
 * Phi-1, 1.5 and 2: attention and a plain MLP side by side behind one layer norm, RoPE on a part of each head, biases everywhere,
 * also on the logits. https://arxiv.org/abs/2309.05463
 */
export const phi2: Network = {
  architectures: ['phi2'],
  keys: [...DECODER_KEYS, EPSILON.layer],
  config: (file) => decoderConfig(file, 'layer'),
  blocks: (config, file) =>
    decoder(config, file, { norm: 'layer', norms: 'parallel', turns: 'halves', mlp: 'plain', activation: 'gelu-tanh' }),
};
