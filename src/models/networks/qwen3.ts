import { decoder } from '../blocks/decoder.ts';
import { DECODER_KEYS, decoderConfig } from '../decoder-config.ts';
import type { Network } from '../network.ts';

/** Qwen3: Llama with a norm on each head of queries and keys. https://arxiv.org/abs/2505.09388 */
export const qwen3: Network = {
  architectures: ['qwen3'],
  keys: DECODER_KEYS,
  config: (file) => decoderConfig(file),
  blocks: (config, file) =>
    decoder(config, file, { turns: 'halves', headNorm: { over: 'head', place: 'before turning' } }),
};
