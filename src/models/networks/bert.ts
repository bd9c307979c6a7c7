import { encoder } from '../blocks/encoder.ts';
import { DECODER_KEYS, decoderConfig, EPSILON, unturned, withLayers } from '../decoder-config.ts';
import { configError } from '../metadata-reader.ts';
import type { ModelConfig } from '../model-config.ts';
import type { Network, NetworkFile } from '../network.ts';

const KEYS: readonly string[] = [...DECODER_KEYS, EPSILON.layer, 'attention.causal'];

/** What encoders are beside decoders. */
function encoderConfig(file: NetworkFile): ModelConfig {
  if (file.meta.optionalFlag('attention.causal') !== false)
    throw configError('The encoder looks back only.', '"attention.causal" is false in encoders.');
  const config = withLayers(decoderConfig(file, 'layer'), () => ({ looksAhead: true }));
  return { ...config, head: 'none' };
}

/** BERT and what has its shape (MiniLM, BGE, E5, GTE): learned positions, GELU with the error function. https://arxiv.org/abs/1810.04805 */
export const bert: Network = {
  architectures: ['bert'],
  keys: KEYS,
  config: (file) => withLayers(encoderConfig(file), unturned),
  blocks: (config, file) => encoder(config, file, { mlp: 'plain', activation: 'gelu-erf' }),
};

/** Nomic Embed: RoPE and SwiGLU in BERT's frame. https://arxiv.org/abs/2402.01613 */
export const nomicBert: Network = {
  architectures: ['nomic-bert'],
  keys: KEYS,
  config: encoderConfig,
  blocks: (config, file) => encoder(config, file, { mlp: 'gated', activation: 'silu' }),
};
