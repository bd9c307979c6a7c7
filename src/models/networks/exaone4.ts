import { decoder } from '../blocks/decoder.ts';
import { DECODER_KEYS, decoderConfig, unturned, withLayers } from '../decoder-config.ts';
import type { Network } from '../network.ts';
import { readWindows, WINDOW_KEYS } from '../windows.ts';

/**
 * EXAONE 4: norms behind the branches, and on each head of queries and keys. The large ones have windows in three layers of four,
 * and no RoPE in the others. https://arxiv.org/abs/2507.11407
 */
export const exaone4: Network = {
  architectures: ['exaone4'],
  keys: [...DECODER_KEYS, ...WINDOW_KEYS],

  config(file) {
    const config = decoderConfig(file);
    const windows = readWindows(file.meta, config.depth, 4);
    const windowed = windows.some((window) => window !== undefined);
    return withLayers(config, (layer, index) => ({
      window: windows[index],
      ...(windowed && windows[index] === undefined && unturned(layer)),
    }));
  },

  blocks: (config, file) =>
    decoder(config, file, {
      norms: 'after',
      turns: 'halves',
      headNorm: { over: 'head', place: 'before turning' },
    }),
};
