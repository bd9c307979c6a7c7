import { decoder } from '../blocks/decoder.ts';
import { DECODER_KEYS, decoderConfig, EPSILON, unturned, withLayers } from '../decoder-config.ts';
import type { Network } from '../network.ts';
import { readWindows, WINDOW_KEYS } from '../windows.ts';

/**
 * Command R7B and Command A: attention and MLP side by side behind one layer norm without bias; three layers with a window and RoPE,
 * then one that sees everything and has no positions. https://arxiv.org/abs/2504.00698
 */
export const cohere2: Network = {
  architectures: ['cohere2'],
  keys: [...DECODER_KEYS, ...WINDOW_KEYS, EPSILON.layer, 'logit_scale'],

  config(file) {
    const config = decoderConfig(file, 'layer');
    const windows = readWindows(file.meta, config.depth, 4);
    return withLayers(config, (layer, index) => ({
      window: windows[index],
      ...(windows[index] === undefined && unturned(layer)),
    }));
  },

  blocks: (config, file) =>
    decoder(config, file, {
      norm: 'layer',
      norms: 'parallel',
      logits: { factor: file.meta.optionalNumber('logit_scale') || 1 },
    }),
};
