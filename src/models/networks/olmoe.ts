import { decoder } from '../blocks/decoder.ts';
import { DECODER_KEYS, decoderConfig } from '../decoder-config.ts';
import { EXPERT_KEYS } from '../experts.ts';
import type { Network } from '../network.ts';

/** OLMoE: a norm over all heads of queries and keys at once, experts whose weights are those of all. https://arxiv.org/abs/2409.02060 */
export const olmoe: Network = {
  architectures: ['olmoe'],
  keys: [...DECODER_KEYS, ...EXPERT_KEYS],
  config: (file) => decoderConfig(file),
  blocks: (config, file) =>
    decoder(config, file, {
      turns: 'halves',
      headNorm: { over: 'row', place: 'before turning' },
      experts: { gate: 'softmax', renormalised: false },
    }),
};
