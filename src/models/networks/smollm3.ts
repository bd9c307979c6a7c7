import { decoder } from '../blocks/decoder.ts';
import { DECODER_KEYS, decoderConfig, unturned, withLayers } from '../decoder-config.ts';
import type { Network } from '../network.ts';

/** Of so many layers the last has no positions; the files do not say. */
const UNTURNED_EVERY = 4;

/** SmolLM3: Llama without RoPE in every fourth layer. https://huggingface.co/blog/smollm3 */
export const smollm3: Network = {
  architectures: ['smollm3'],
  keys: DECODER_KEYS,
  config: (file) =>
    withLayers(decoderConfig(file), (layer, index) => ((index + 1) % UNTURNED_EVERY === 0 ? unturned(layer) : {})),
  blocks: (config, file) => decoder(config, file),
};
