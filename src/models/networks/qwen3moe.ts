import { decoder } from '../blocks/decoder.ts';
import { DECODER_KEYS, decoderConfig } from '../decoder-config.ts';
import { EXPERT_KEYS } from '../experts.ts';
import type { Network } from '../network.ts';

/** Qwen3 with experts, whose weights add up to 1. https://arxiv.org/abs/2505.09388 */
export const qwen3moe: Network = {
  architectures: ['qwen3moe'],
  keys: [...DECODER_KEYS, ...EXPERT_KEYS],
  config: (file) => decoderConfig(file),
  blocks: (config, file) =>
    decoder(config, file, {
      turns: 'halves',
      headNorm: { over: 'head', place: 'before turning' },
      experts: { gate: 'softmax', renormalised: true },
    }),
};
