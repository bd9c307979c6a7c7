import { decoder } from '../blocks/decoder.ts';
import { DECODER_KEYS, decoderConfig, withLayers } from '../decoder-config.ts';
import { EXPERT_KEYS } from '../experts.ts';
import type { Network } from '../network.ts';

/** Granite 3, dense or of experts: Llama with factors on embeddings, scores, branches and logits. https://huggingface.co/ibm-granite */
export const granite: Network = {
  architectures: ['granite', 'granitemoe'],
  keys: [...DECODER_KEYS, ...EXPERT_KEYS, 'attention.scale', 'embedding_scale', 'residual_scale', 'logit_scale'],
  config: (file) =>
    withLayers(decoderConfig(file), () => ({ scoreScale: file.meta.optionalNumber('attention.scale') || undefined })),
  blocks: (config, file) =>
    decoder(config, file, {
      experts: { gate: 'softmax', renormalised: true },
      embeddingScale: file.meta.optionalNumber('embedding_scale') || 1,
      branchScale: file.meta.optionalNumber('residual_scale') || 1,
      // Its files name what logits are divided by.
      logits: { factor: 1 / (file.meta.optionalNumber('logit_scale') || 1) },
    }),
};
