import { decoder } from '../blocks/decoder.ts';
import { DECODER_KEYS, decoderConfig } from '../decoder-config.ts';
import type { Network } from '../network.ts';

/** ERNIE 4.5, the dense ones: Llama's shape, rows in pairs. https://yiyan.baidu.com/blog/publication/ERNIE_Technical_Report.pdf */
export const ernie45: Network = {
  architectures: ['ernie4_5'],
  keys: DECODER_KEYS,
  config: (file) => decoderConfig(file),
  blocks: (config, file) => decoder(config, file),
};
