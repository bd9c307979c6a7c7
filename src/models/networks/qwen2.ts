import { decoder } from '../blocks/decoder.ts';
import { DECODER_KEYS, decoderConfig } from '../decoder-config.ts';
import type { Network } from '../network.ts';

/** Qwen2 and Qwen2.5: Llama with biases on queries, keys and values. https://arxiv.org/abs/2407.10671 */
export const qwen2: Network = {
  architectures: ['qwen2'],
  keys: DECODER_KEYS,
  config: (file) => decoderConfig(file),
  blocks: (config, file) => decoder(config, file, { turns: 'halves' }),
};
