import { decoder } from '../blocks/decoder.ts';
import { DECODER_KEYS, decoderConfig } from '../decoder-config.ts';
import type { Network } from '../network.ts';

/** Hunyuan, the dense ones: Llama with a norm on each head of queries and keys behind RoPE. https://github.com/Tencent-Hunyuan */
export const hunyuan: Network = {
  architectures: ['hunyuan-dense'],
  keys: DECODER_KEYS,
  config: (file) => ({
    ...decoderConfig(file),
    keysStay: 'Keys of this model are weighed after they were turned, and cannot be turned again.',
  }),
  blocks: (config, file) =>
    decoder(config, file, { turns: 'halves', headNorm: { over: 'head', place: 'after turning' } }),
};
