/**
 * Angles of rotary positions, written from the papers and apart from the product, which they judge.
 * RoPE: https://arxiv.org/abs/2104.09864. Linear scaling: https://arxiv.org/abs/2306.15595. YaRN: https://arxiv.org/abs/2309.00071.
 */

import type { GgufValue } from '../../src/weights/gguf.ts';

export interface Rotation {
  /** Angle per position of each pair of dimensions. */
  readonly angles: Float64Array;
  /** What rotated vectors are multiplied with. */
  readonly magnitude: number;
}

/** @param prefix of the metadata's keys @param headDim dimensions of a head @param factors divisors of the frequencies, if any */
export function rotationOf(
  metadata: ReadonlyMap<string, GgufValue>,
  prefix: string,
  headDim: number,
  factors: Float64Array | undefined,
): Rotation {
  const number = (key: string): number | undefined => {
    const value = metadata.get(`${prefix}rope.${key}`);
    return value === undefined ? undefined : Number(value);
  };
  const dims = number('dimension_count') ?? headDim;
  const base = number('freq_base') ?? 10_000;
  const scale = number('scaling.factor') ?? number('scale_linear') ?? 1;
  const type = metadata.get(`${prefix}rope.scaling.type`) ?? 'linear';
  const plain = Array.from({ length: dims / 2 }, (_, pair) => 1 / base ** ((2 * pair) / dims));
  if (type === 'yarn') {
    const original = number('scaling.original_context_length') ?? Number(metadata.get(`${prefix}context_length`));
    const [fast, slow] = [number('scaling.yarn_beta_fast') ?? 32, number('scaling.yarn_beta_slow') ?? 1];
    // A pair turns original * frequency / 2 pi times; the ramp runs over pairs, between whole numbers of them.
    const pairThatTurns = (turns: number): number =>
      (dims / 2) * (Math.log(original / (2 * Math.PI * turns)) / Math.log(base));
    const first = Math.max(Math.floor(pairThatTurns(fast)), 0);
    const last = Math.min(Math.ceil(pairThatTurns(slow)), dims - 1);
    const angles = plain.map((frequency, pair) => {
      const ramp = Math.max(0, Math.min(1, (pair - first) / Math.max(last - first, 0.001)));
      return ramp * (frequency / scale) + (1 - ramp) * frequency;
    });
    const factor = number('scaling.attn_factor') ?? 1;
    const yarnFactor = number('scaling.yarn_attn_factor') ?? 1;
    return { angles: Float64Array.from(angles), magnitude: factor * yarnFactor * (1 + 0.1 * Math.log(scale)) };
  }
  const divisor = (pair: number): number => factors?.[pair] ?? (type === 'linear' ? scale : 1);
  return { angles: Float64Array.from(plain, (frequency, pair) => frequency / divisor(pair)), magnitude: 1 };
}
