import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/models/read-network.ts';
import { ropeFrequencies, ropeMagnitude } from '../../../src/models/rope.ts';
import { bytesSource } from '../../../src/weights/byte-source.ts';
import { parseGguf } from '../../../src/weights/gguf.ts';
import { tinyModel, type TinyModelOptions } from '../../support/tiny-model.ts';

const ropeOf = async (options: TinyModelOptions) =>
  readConfig(await parseGguf(bytesSource(tinyModel(options)))).layers[1]!.rope;
const close = (found: Float64Array, wanted: readonly number[]) => {
  expect(found).toHaveLength(wanted.length);
  for (const [i, value] of wanted.entries()) expect(Math.abs(found[i]! / value - 1)).toBeLessThan(1e-6);
};

const YARN_16 = [
  1, 0.31622776601683794, 0.1, 0.02569350598886808, 0.00625, 0.0013834964763236657, 0.00025, 7.905694150420948e-5,
];

describe('ropeFrequencies', () => {
  it('falls geometrically from 1', async () => {
    const rope = await ropeOf({ headDim: 8, qHeads: 8, ropeBase: 10_000 });
    close(ropeFrequencies(rope), [1, 0.1, 0.01, 0.001]);
    expect(ropeMagnitude(rope)).toBe(1);
  });

  it('covers only the dimensions that turn', async () => {
    const rope = await ropeOf({ headDim: 16, metadata: { 'llama.rope.dimension_count': { u32: 8 } } });
    close(ropeFrequencies(rope), [1, 0.1, 0.01, 0.001]);
  });

  it('divides all of them by a linear factor', async () => {
    const rope = await ropeOf({ headDim: 8, qHeads: 8, metadata: { 'llama.rope.scaling.factor': { f32: 4 } } });
    close(ropeFrequencies(rope), [0.25, 0.025, 0.0025, 0.00025]);
  });

  it('divides each by its own factor for Llama 3', async () => {
    const factors = Float32Array.of(1, 2, 8, 32);
    const rope = await ropeOf({ headDim: 8, qHeads: 8, ropeFreqs: factors });
    close(ropeFrequencies(rope, factors), [1, 0.05, 0.00125, 0.00003125]);
    expect(() => ropeFrequencies(rope)).toThrow(/must have 4 positive numbers/);
    expect(() => ropeFrequencies(rope, Float32Array.of(1, 2, 0, 4))).toThrow(/must have 4 positive numbers/);
  });

  it('keeps fast turns, slows slow ones and blends between them for YaRN', async () => {
    // Values of transformers' _compute_yarn_parameters for dim 16, base 10000, original length 2048, factor 4.
    const rope = await ropeOf({
      headDim: 16,
      contextLength: 8192,
      metadata: {
        'llama.rope.scaling.type': 'yarn',
        'llama.rope.scaling.factor': { f32: 4 },
        'llama.rope.scaling.original_context_length': { u32: 2048 },
      },
    });
    close(ropeFrequencies(rope), YARN_16);
    expect(ropeMagnitude(rope)).toBeCloseTo(1.138629436, 9);
  });
});
