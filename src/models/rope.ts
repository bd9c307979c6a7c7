/**
 * Rotary position embedding: its settings in a file, and its frequencies.
 * RoPE: https://arxiv.org/abs/2104.09864. Linear scaling: https://arxiv.org/abs/2306.15595.
 * YaRN: https://arxiv.org/abs/2309.00071, with the constants and rounding of llama.cpp (`ggml_rope_ext`),
 * which Hugging Face transformers (`modeling_rope_utils.py`) shares.
 */

import type { RopeConfig, RopeScaling } from './model-config.ts';
import { configError, type MetadataReader } from './metadata-reader.ts';

/** What a file has beside its settings: rope_freqs.weight, or rope_factors_short.weight and _long. */
export type RopeFactors = 'frequencies' | 'short and long' | undefined;

/** Reads a layer's RoPE settings. */
export function readRope(
  meta: MetadataReader,
  headDim: number,
  contextLength: number,
  factors: RopeFactors,
): RopeConfig {
  const base = meta.optionalNumber('rope.freq_base') ?? 10_000;
  if (base <= 1) throw configError(`"${meta.fullName('rope.freq_base')}" is ${base}.`, 'It must be above 1.');
  const dims = meta.optionalCount('rope.dimension_count', 2 ** 16) ?? headDim;
  if (dims === 0 || dims % 2 !== 0 || dims > headDim) {
    throw configError(
      `RoPE turns ${dims} of ${headDim} dimensions of a head.`,
      'It must be an even number of them, at least 2.',
    );
  }
  return { base, dims, scaling: readScaling(meta, contextLength, factors) };
}

function readScaling(meta: MetadataReader, contextLength: number, factors: RopeFactors): RopeScaling {
  if (factors === 'short and long') return readLongRope(meta, contextLength);
  // A missing type means linear, and a missing or zero factor 1, as in llama.cpp.
  const type = meta.optionalText('rope.scaling.type') ?? 'linear';
  const factor = meta.optionalNumber('rope.scaling.factor') || meta.optionalNumber('rope.scale_linear') || 1;
  if (factor <= 0) throw configError(`The RoPE scaling factor is ${factor}.`, 'It must be above 0.');
  if (type !== 'none' && type !== 'linear' && type !== 'yarn') {
    throw configError(
      `The RoPE scaling type is "${type}".`,
      'The types none, linear, yarn and rope_freqs.weight are supported.',
    );
  }
  const scaled = type === 'yarn' || (type === 'linear' && factor !== 1);
  if (factors && scaled) {
    throw configError(
      `The file has both rope_freqs.weight and RoPE scaling of type ${type}.`,
      'One of them was expected.',
    );
  }
  const attentionFactor =
    (meta.optionalNumber('rope.scaling.attn_factor') ?? 1) *
    (meta.optionalNumber('rope.scaling.yarn_attn_factor') ?? 1);
  if (type === 'yarn') return readYarn(meta, factor, attentionFactor, contextLength);
  if (attentionFactor !== 1)
    throw configError(`The RoPE attention factor is ${attentionFactor}.`, 'Without YaRN it must be 1.');
  if (factors) return { kind: 'llama3' };
  return scaled ? { kind: 'linear', factor } : { kind: 'none' };
}

/** LongRoPE (https://arxiv.org/abs/2402.13753): factors of their own for short and for long conversations. */
function readLongRope(meta: MetadataReader, contextLength: number): RopeScaling {
  const type = meta.optionalText('rope.scaling.type') ?? 'longrope';
  if (type !== 'longrope' && type !== 'none')
    throw configError(`The file has both rope_factors and RoPE scaling of type ${type}.`, 'One of them was expected.');
  const attentionFactor = meta.optionalNumber('rope.scaling.attn_factor') ?? 1;
  if (attentionFactor <= 0)
    throw configError(`The RoPE attention factor is ${attentionFactor}.`, 'It must be above 0.');
  const originalContext = meta.optionalCount('rope.scaling.original_context_length', 2 ** 31) || contextLength;
  return { kind: 'longrope', originalContext, attentionFactor };
}

function readYarn(meta: MetadataReader, factor: number, attentionFactor: number, contextLength: number): RopeScaling {
  const extension = meta.optionalNumber('rope.scaling.yarn_ext_factor') ?? 1;
  const logMultiplier = meta.optionalNumber('rope.scaling.yarn_log_multiplier') ?? 0;
  if (factor < 1) throw configError(`The YaRN scaling factor is ${factor}.`, 'It must be at least 1.');
  // A negative extension factor means "the default", which is 1 for YaRN.
  if ((extension !== 1 && extension >= 0) || logMultiplier !== 0) {
    throw configError(
      `YaRN has the extension factor ${extension} and the log multiplier ${logMultiplier}.`,
      'Only extension factor 1 and log multiplier 0 are supported.',
    );
  }
  const originalContext = meta.optionalCount('rope.scaling.original_context_length', 2 ** 31) || contextLength;
  const betaFast = meta.optionalNumber('rope.scaling.yarn_beta_fast') ?? 32;
  const betaSlow = meta.optionalNumber('rope.scaling.yarn_beta_slow') ?? 1;
  if (betaSlow <= 0 || betaFast <= betaSlow || attentionFactor <= 0) {
    throw configError(
      `YaRN has beta_fast ${betaFast}, beta_slow ${betaSlow} and the attention factor ${attentionFactor}.`,
      'Expected is beta_fast > beta_slow > 0, and a positive attention factor.',
    );
  }
  return { kind: 'yarn', factor, originalContext, betaFast, betaSlow, attentionFactor };
}

/**
 * Angle per position of each pair, in radians: dims / 2 numbers, in float64.
 * `ropeFreqs` are the divisors, needed where the scaling is 'llama3' or 'longrope'.
 * Cosines and sines are to be multiplied by `ropeMagnitude`.
 */
export function ropeFrequencies({ base, dims, scaling }: RopeConfig, ropeFreqs?: Float32Array): Float64Array {
  const plain = Float64Array.from({ length: dims / 2 }, (_, i) => base ** ((-2 * i) / dims));
  if (scaling.kind === 'none') return plain;
  if (scaling.kind === 'linear') return plain.map((frequency) => frequency / scaling.factor);
  if (scaling.kind === 'llama3' || scaling.kind === 'longrope') {
    const divisors = checkFactors(ropeFreqs, dims / 2, scaling.kind === 'llama3' ? 'rope_freqs' : 'rope_factors');
    return plain.map((frequency, i) => frequency / divisors[i]!);
  }
  const { factor, originalContext, betaFast, betaSlow } = scaling;
  /** The pair, as a real number, that turns `turns` times within the original context. */
  const pairOf = (turns: number) => (dims * Math.log(originalContext / (turns * 2 * Math.PI))) / (2 * Math.log(base));
  const low = Math.max(0, Math.floor(pairOf(betaFast)));
  const high = Math.min(dims - 1, Math.ceil(pairOf(betaSlow)));
  return plain.map((frequency, i) => {
    const kept = 1 - Math.min(1, Math.max(0, (i - low) / Math.max(0.001, high - low)));
    return (frequency / factor) * (1 - kept) + frequency * kept;
  });
}

/** What the rotated vectors are multiplied by: 1, except under YaRN, where it is attentionFactor * (1 + 0.1 ln factor), and LongRoPE. */
export function ropeMagnitude({ scaling }: RopeConfig): number {
  if (scaling.kind === 'longrope') return scaling.attentionFactor;
  return scaling.kind === 'yarn' ? scaling.attentionFactor * (1 + 0.1 * Math.log(scaling.factor)) : 1;
}

function checkFactors(factors: Float32Array | undefined, length: number, name: string): Float32Array {
  if (factors?.length === length && factors.every((factor) => factor > 0 && Number.isFinite(factor))) return factors;
  throw configError(
    `${name} has ${factors?.length ?? 0} elements, or some that are not positive numbers.`,
    `It must have ${length} positive numbers.`,
  );
}
