import { decoder, type DecoderStyle } from '../blocks/decoder.ts';
import { DECODER_KEYS, decoderConfig, withLayers } from '../decoder-config.ts';
import { configError } from '../metadata-reader.ts';
import type { ModelConfig } from '../model-config.ts';
import type { Network, NetworkFile } from '../network.ts';
import { readWindows, WINDOW_KEYS } from '../windows.ts';

/** What all of them do: embeddings times the root of their width, GELU in the gate. The 1 that their norms add is in the files. */
const styleOf = ({ hidden }: ModelConfig): DecoderStyle => ({
  turns: 'halves',
  activation: 'gelu-tanh',
  embeddingScale: Math.fround(Math.sqrt(hidden)),
});

/** Gemma. https://arxiv.org/abs/2403.08295 */
export const gemma: Network = {
  architectures: ['gemma'],
  keys: DECODER_KEYS,
  config: (file) => decoderConfig(file),
  blocks: (config, file) => decoder(config, file, styleOf(config)),
};

/** Scores of the models with so many layers, the 27B of each, are divided by the root of hidden / heads, not of a head's width. */
const LARGE = { gemma2: 46, gemma3: 62 } as const;
const scoreScaleOf = ({ depth, hidden }: ModelConfig, large: number, qHeads: number): number | undefined =>
  depth === large ? 1 / Math.sqrt(hidden / qHeads) : undefined;

/**
 * Gemma 2: norms before and behind the branches, every other layer with a window, soft caps on scores and logits.
 * https://arxiv.org/abs/2408.00118
 */
export const gemma2: Network = {
  architectures: ['gemma2'],
  keys: [...DECODER_KEYS, ...WINDOW_KEYS, 'attn_logit_softcapping', 'final_logit_softcapping'],

  config(file) {
    const { meta } = file;
    const config = decoderConfig(file);
    const windows = readWindows(meta, config.depth, 2);
    // Of a file that names none the caps are those that all its models have.
    const scoreCap = (meta.optionalNumber('attn_logit_softcapping') ?? 50) || undefined;
    return withLayers(config, ({ qHeads }, layer) => ({
      window: windows[layer],
      scoreScale: scoreScaleOf(config, LARGE.gemma2, qHeads),
      scoreCap,
    }));
  },

  blocks: (config, file) =>
    decoder(config, file, {
      ...styleOf(config),
      norms: 'around',
      logits: { cap: file.meta.optionalNumber('final_logit_softcapping') ?? 30 },
    }),
};

/** RoPE base of windowed layers where the file does not say. */
const WINDOW_BASE = 10_000;

/** Gemma 3's layers: of six the last sees everything, the others have a window and an RoPE base of their own. */
function gemma3Config(file: NetworkFile): ModelConfig {
  const { meta } = file;
  const config = decoderConfig(file);
  const windows = readWindows(meta, config.depth, 6);
  const base = meta.optionalNumber('rope.freq_base_swa') ?? WINDOW_BASE;
  if (base <= 1) throw configError(`The RoPE base of windows is ${base}.`, 'It must be above 1.');
  const globalBase = meta.optionalNumber('rope.freq_base') ?? 1e6;
  return withLayers(config, ({ qHeads, rope }, layer) => ({
    window: windows[layer],
    scoreScale: scoreScaleOf(config, LARGE.gemma3, qHeads),
    rope: windows[layer] ? { ...rope, base, scaling: { kind: 'none' } } : { ...rope, base: globalBase },
  }));
}

const gemma3Blocks: Network['blocks'] = (config, file) =>
  decoder(config, file, {
    ...styleOf(config),
    norms: 'around',
    headNorm: { over: 'head', place: 'before turning' },
    logits: { cap: file.meta.optionalNumber('final_logit_softcapping') ?? 0 },
  });

/**
 * Gemma 3: norms before and behind the branches and on the heads of queries and keys; five layers with a window and an RoPE base of
 * their own, then one without. https://arxiv.org/abs/2503.19786
 */
export const gemma3: Network = {
  architectures: ['gemma3'],
  keys: [...DECODER_KEYS, ...WINDOW_KEYS, 'rope.freq_base_swa', 'final_logit_softcapping'],

  config: gemma3Config,
  blocks: gemma3Blocks,
};

/** EmbeddingGemma: Gemma 3 that looks ahead, without a head. https://arxiv.org/abs/2509.20354 */
export const gemmaEmbedding: Network = {
  architectures: ['gemma-embedding'],
  keys: [...gemma3.keys, 'attention.causal'],
  config: (file) => ({ ...withLayers(gemma3Config(file), () => ({ looksAhead: true })), head: 'none' }),
  blocks: gemma3Blocks,
};
