import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import gumbel from '../../../shaders/lib/gumbel.wgsl?raw';
import philox from '../../../shaders/lib/philox.wgsl?raw';
import threefry from '../../../shaders/lib/threefry.wgsl?raw';
import { philox4x32, toUnit } from '../../../src/core/rng.ts';
import type { Gpu } from '../../../src/gpu/device.ts';
import { requestGpu } from '../../../src/gpu/request.ts';
import golden from '../../golden/rng-philox.json';
import threefryGolden from '../../golden/rng-threefry.json';
import { threefry4x32 } from '../../../cases/reference/threefry.ts';
import { runInline } from '../../support/inline-kernel.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await requestGpu({ provider: navigator.gpu });
});
afterAll(() => gpu?.dispose());

const philoxPart = { name: 'lib/philox', text: philox };
const threefryPart = { name: 'lib/threefry', text: threefry };
const gumbelPart = { name: 'lib/gumbel', text: gumbel };

const words = (count: number, of: (i: number) => number): Uint32Array<ArrayBuffer> =>
  Uint32Array.from({ length: count }, (_, i) => of(i));
const declare = (input: string, output: string): string => `
@group(0) @binding(1) var<storage, read> input : array<${input}>;
@group(0) @binding(2) var<storage, read_write> output : array<${output}>;`;

/** Counters and seeds of large and small words. */
const counters = (count: number): number[][] => {
  const word = (i: number, lane: number): number => philox4x32([i, lane, 9, 9], [1, 2])[0] >>> (i % 29);
  return Array.from({ length: count }, (_, i) => [0, 1, 2, 3, 4].map((lane) => word(i, lane)));
};

describe('lib/philox', () => {
  const draws = async (wanted: readonly (readonly number[])[]): Promise<ArrayLike<number>> =>
    runInline(gpu, 'test/philox', {
      includes: [philoxPart],
      declarations: declare('vec4u', 'u32'),
      body: 'output[i] = philox(input[i].x, input[i].y, input[i].z, input[i].w);',
      count: wanted.length,
      input: Uint32Array.from(wanted.flat()),
      output: new Uint32Array(wanted.length),
    });

  test('gives the published vectors that it can express', async () => {
    // The kernel fixes the last counter word and the second key word at 0.
    const fitting = golden.vectors.filter(({ counter, key }) => Number(counter[3]) === 0 && Number(key[1]) === 0);
    expect(fitting.length).toBeGreaterThan(2);
    const got = await draws(fitting.map(({ counter, key }) => [...counter.slice(0, 3), key[0]!].map(Number)));
    expect(Array.from(got)).toEqual(fitting.map(({ out }) => Number(out[0])));
  });

  test('agrees with the CPU on 2000 counters of large and small words', async () => {
    const wanted = counters(2000).map((all) => all.slice(0, 4));
    const got = await draws(wanted);
    const want = wanted.map(
      ([lane, position, stream, seed]) => philox4x32([lane!, position!, stream!, 0], [seed!, 0])[0],
    );
    expect(Array.from(got)).toEqual(want);
  });
});

describe('lib/threefry', () => {
  const draws = async (wanted: readonly (readonly number[])[]): Promise<number[]> =>
    Array.from(
      await runInline(gpu, 'test/threefry', {
        includes: [threefryPart],
        declarations: declare('u32', 'vec4u'),
        body: `
let at = 5u * i;
output[i] = threefry_words(vec4u(input[at], input[at + 1u], input[at + 2u], input[at + 3u]), input[at + 4u]);`,
        count: wanted.length,
        input: Uint32Array.from(wanted.flat()),
        output: new Uint32Array(4 * wanted.length),
      }),
    );

  test('agrees with the CPU on 2000 counters of large and small words, and on the published vector that it can express', async () => {
    const wanted = [[0, 0, 0, 0, 0], ...counters(2000)];
    const got = await draws(wanted);
    expect(got.slice(0, 4)).toEqual(threefryGolden.vectors[0]!.out.map(Number));
    expect(got).toEqual(wanted.flatMap((all) => threefry4x32(all.slice(0, 4), [all[4]!, 0, 0, 0])));
  });
});

describe('lib/gumbel', () => {
  test('noise is right to f32 from end to end of u, and inside the stated bounds', async () => {
    const steps = [0, 1, 2, 3, 1000, 0x3ffffe, 0x3fffff, 0x400000, 0x400001, 0x7ffff0, 0x7ffffd, 0x7ffffe, 0x7fffff];
    const count = 4096;
    const input = words(count, (i) => ((steps[i] ?? (i * 2049 + 77) % 0x800000) << 9) >>> 0);
    const got = await runInline(gpu, 'test/noise', {
      includes: [gumbelPart],
      declarations: declare('u32', 'vec4f'),
      body: 'output[i] = vec4f(exponential_noise(input[i]), gumbel_noise(input[i]), GUMBEL_MIN, GUMBEL_MAX);',
      count,
      input,
      output: new Float32Array(4 * count),
    });
    for (let i = 0; i < count; i++) {
      const u = toUnit(input[i]!);
      const exponential = u > 0.5 ? -Math.log1p(u - 1) : -Math.log(u);
      // The polynomial is off by 1.5e-7 of the whole, a division by 2.5 ulp, and each operation by half of one.
      expect(Math.abs(got[4 * i]! - exponential)).toBeLessThanOrEqual(exponential * 1e-6);
      expect(Math.abs(got[4 * i + 1]! + Math.log(exponential))).toBeLessThanOrEqual(6e-6);
      expect(got[4 * i + 1]!).toBeGreaterThan(got[4 * i + 2]!);
      expect(got[4 * i + 1]!).toBeLessThan(got[4 * i + 3]!);
    }
  });
});
