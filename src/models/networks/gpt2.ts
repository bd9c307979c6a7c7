import { decoder } from '../blocks/decoder.ts';
import { DECODER_KEYS, decoderConfig, EPSILON, unturned, withLayers } from '../decoder-config.ts';
import type { Network } from '../network.ts';

/** GPT-2: positions that were learned, layer norm, a plain MLP, biases everywhere. https://openai.com/index/better-language-models */
export const gpt2: Network = {
  architectures: ['gpt2'],
  keys: [...DECODER_KEYS, EPSILON.layer],
  config: (file) => ({
    ...withLayers(decoderConfig(file, 'layer'), unturned),
    keysStay: 'Positions of this model were learned and are part of the embeddings: keys cannot be moved.',
  }),
  blocks: (config, file) =>
    decoder(config, file, { norm: 'layer', mlp: 'plain', activation: 'gelu-tanh', learnedPositions: true }),
};
