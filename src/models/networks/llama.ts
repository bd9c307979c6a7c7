import { decoder } from '../blocks/decoder.ts';
import { DECODER_KEYS, decoderConfig, withLayers } from '../decoder-config.ts';
import { EXPERT_KEYS } from '../experts.ts';
import { configError } from '../metadata-reader.ts';
import type { Network } from '../network.ts';
import { readWindows, WINDOW_KEYS } from '../windows.ts';

/**
 * Llama and what has its shape (SmolLM2, Mistral with or without its window, Mixtral's experts): RMSNorm before grouped-query attention and before
 * SwiGLU, RoPE on neighbouring pairs, to which the rows of its files are permuted. https://arxiv.org/abs/2302.13971
 */
export const llama: Network = {
  architectures: ['llama'],
  keys: [...DECODER_KEYS, ...WINDOW_KEYS, ...EXPERT_KEYS, 'tensor_data_layout'],

  config(file) {
    const layout = file.meta.optionalText('tensor_data_layout');
    if (layout !== undefined && layout !== 'Meta AI original pth') {
      throw configError(`The tensor data layout is "${layout}".`, 'Only "Meta AI original pth" is known.');
    }
    const config = decoderConfig(file);
    const windows = readWindows(file.meta, config.depth, 0);
    return withLayers(config, (_, layer) => ({ window: windows[layer] }));
  },

  blocks: (config, file) => decoder(config, file, { experts: { gate: 'softmax', renormalised: true } }),
};
