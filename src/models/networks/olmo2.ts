import { decoder } from '../blocks/decoder.ts';
import { DECODER_KEYS, decoderConfig, withLayers } from '../decoder-config.ts';
import { configError } from '../metadata-reader.ts';
import type { Network } from '../network.ts';
import { readWindows, WINDOW_KEYS } from '../windows.ts';

/**
 * OLMo 2 and 3: norms behind the branches instead of before them, and over all heads of queries and keys at once; OLMo 3 has
 * windows in three layers of four, whose positions are scaled no further. https://arxiv.org/abs/2501.00656
 */
export const olmo2: Network = {
  architectures: ['olmo2'],
  keys: [...DECODER_KEYS, ...WINDOW_KEYS, 'rope.freq_base_swa'],

  config(file) {
    const { meta } = file;
    const config = decoderConfig(file);
    const windows = readWindows(meta, config.depth, 4);
    const base = meta.optionalNumber('rope.freq_base_swa');
    if (base !== undefined && base <= 1) throw configError(`The RoPE base of windows is ${base}.`, 'It is above 1.');
    return withLayers(config, ({ rope }, layer) => ({
      window: windows[layer],
      ...(windows[layer] && { rope: { ...rope, base: base ?? rope.base, scaling: { kind: 'none' } } }),
    }));
  },

  blocks: (config, file) =>
    decoder(config, file, {
      norms: 'after',
      turns: 'halves',
      headNorm: { over: 'row', place: 'before turning' },
    }),
};
