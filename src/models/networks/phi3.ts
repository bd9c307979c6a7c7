import { decoder } from '../blocks/decoder.ts';
import { DECODER_KEYS, decoderConfig, withLayers } from '../decoder-config.ts';
import type { Network } from '../network.ts';
import { readWindows, WINDOW_KEYS } from '../windows.ts';

/**
 * Phi-3 and Phi-4: Llama with queries, keys and values in one matrix, gate and up in another; LongRoPE, and in Phi-4 mini RoPE on a
 * part of each head. https://arxiv.org/abs/2404.14219
 */
export const phi3: Network = {
  architectures: ['phi3'],
  keys: [...DECODER_KEYS, ...WINDOW_KEYS],

  config(file) {
    const config = decoderConfig(file);
    const windows = readWindows(file.meta, config.depth, 0);
    return withLayers(config, (_, layer) => ({ window: windows[layer] }));
  },

  blocks: (config, file) => decoder(config, file, { turns: 'halves' }),
};
