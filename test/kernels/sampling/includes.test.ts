import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import philox from '../../../shaders/lib/philox.wgsl?raw';
import rowReduce from '../../../shaders/lib/row-reduce.wgsl?raw';
import { philox4x32, toUnit } from '../../../src/core/rng.ts';
import { requestGpu, type Gpu } from '../../../src/gpu/device.ts';
import {
  COUNT_PROMPT,
  countsWords,
  maskAt,
  MASKED_LOGIT,
  penaltiesPart,
} from '../../../src/kernels/sampling/penalties-part.ts';
import { stepStatePart } from '../../../src/kernels/step-layout.ts';
import { GENERATE_DEFAULTS, packSequence } from '../../../src/sampling/settings.ts';
import golden from '../../golden/rng-philox.json';
import { penalised } from '../../reference/sampler.ts';
import { runInline } from '../../support/inline-kernel.ts';
import { smallLayout, stepWords } from '../../support/step-words.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await requestGpu({ provider: navigator.gpu });
});
afterAll(() => gpu?.dispose());

const philoxPart = { name: 'lib/philox', text: philox };

describe('lib/philox', () => {
  const words = (count: number, of: (i: number) => number): Uint32Array<ArrayBuffer> =>
    Uint32Array.from({ length: count }, (_, i) => of(i));
  const declare = (input: string, output: string): string => `
@group(0) @binding(1) var<storage, read> input : array<${input}>;
@group(0) @binding(2) var<storage, read_write> output : array<${output}>;`;

  const draws = async (counters: readonly (readonly number[])[]): Promise<ArrayLike<number>> =>
    runInline(gpu, 'test/philox', {
      includes: [philoxPart],
      declarations: declare('vec4u', 'u32'),
      body: 'output[i] = philox(input[i].x, input[i].y, input[i].z, input[i].w);',
      count: counters.length,
      input: Uint32Array.from(counters.flat()),
      output: new Uint32Array(counters.length),
    });

  test('gives the published vectors that it can express', async () => {
    // The kernel fixes the last counter word and the second key word at 0.
    const fitting = golden.vectors.filter(({ counter, key }) => Number(counter[3]) === 0 && Number(key[1]) === 0);
    expect(fitting.length).toBeGreaterThan(2);
    const got = await draws(fitting.map(({ counter, key }) => [...counter.slice(0, 3), key[0]!].map(Number)));
    expect(Array.from(got)).toEqual(fitting.map(({ out }) => Number(out[0])));
  });

  test('agrees with the CPU on 2000 counters of large and small words', async () => {
    const word = (i: number, lane: number): number => philox4x32([i, lane, 9, 9], [1, 2])[0] >>> (i % 29);
    const counters = Array.from({ length: 2000 }, (_, i) => [word(i, 0), word(i, 1), word(i, 2), word(i, 3)]);
    const got = await draws(counters);
    const want = counters.map(
      ([lane, position, stream, seed]) => philox4x32([lane!, position!, stream!, 0], [seed!, 0])[0],
    );
    expect(Array.from(got)).toEqual(want);
  });

  test('noise is right to f32 from end to end of u, and inside the stated bounds', async () => {
    const steps = [0, 1, 2, 3, 1000, 0x3ffffe, 0x3fffff, 0x400000, 0x400001, 0x7ffff0, 0x7ffffd, 0x7ffffe, 0x7fffff];
    const count = 4096;
    const input = words(count, (i) => ((steps[i] ?? (i * 2049 + 77) % 0x800000) << 9) >>> 0);
    const got = await runInline(gpu, 'test/noise', {
      includes: [philoxPart],
      declarations: declare('u32', 'vec4f'),
      body: 'output[i] = vec4f(exponential_noise(input[i]), gumbel_noise(input[i]), GUMBEL_MIN, GUMBEL_MAX);',
      count,
      input,
      output: new Float32Array(4 * count),
    });
    for (let i = 0; i < count; i++) {
      const u = toUnit(input[i]!);
      const exponential = u > 0.5 ? -Math.log1p(u - 1) : -Math.log(u);
      // WGSL allows log() 3 ulp, and 2^-21 between 0.5 and 2.
      expect(Math.abs(got[4 * i]! - exponential)).toBeLessThanOrEqual(exponential * 1e-6);
      expect(Math.abs(got[4 * i + 1]! + Math.log(exponential))).toBeLessThanOrEqual(6e-6);
      expect(got[4 * i + 1]!).toBeGreaterThan(got[4 * i + 2]!);
      expect(got[4 * i + 1]!).toBeLessThan(got[4 * i + 3]!);
    }
  });
});

describe('lib/penalties', () => {
  const counts = [0, 1, 2, 200, COUNT_PROMPT, COUNT_PROMPT + 1, COUNT_PROMPT + 7];
  const logits = [-31.5, -1, 0, 0.25, 17];
  const vocab = counts.length * logits.length;

  test.each([
    { repetitionPenalty: 1.25 },
    { repetitionPenalty: 0.5 },
    { presencePenalty: 1.5 },
    { frequencyPenalty: 0.125 },
    { repetitionPenalty: 1.75, presencePenalty: -2, frequencyPenalty: 0.5 },
    {},
  ])('%o', async (settings) => {
    const layout = smallLayout();
    const full = { ...GENERATE_DEFAULTS, ...settings, seed: 0 };
    const off = packSequence(
      { ...GENERATE_DEFAULTS, seed: 0 },
      { remaining: 1, stopIds: [], ignoreEos: false, rows: 1 },
    );
    const on = packSequence(full, { remaining: 1, stopIds: [], ignoreEos: false, rows: 1 });
    const table = Uint32Array.from({ length: layout.maxSequences * vocab }, () => 5);
    table.set(
      counts.flatMap((count) => logits.map(() => count)),
      2 * vocab,
    );
    const input = Float32Array.from({ length: vocab }, (_, i) => logits[i % logits.length]!);
    const got = await runInline(gpu, 'test/penalties', {
      includes: [stepStatePart, penaltiesPart],
      constants: { VOCAB: vocab },
      declarations: `
@group(0) @binding(1) var<storage, read> input : array<f32>;
@group(0) @binding(2) var<storage, read_write> output : array<f32>;
@group(0) @binding(3) var<storage, read> state : array<u32>;
@group(0) @binding(4) var<storage, read> counts : array<u32>;`,
      body: 'output[i] = penalise(input[i], 2u, i);',
      count: vocab,
      input,
      output: new Float32Array(vocab),
      more: { state: stepWords({ layout, rows: [], logitRows: [], sequences: [off, off, on, off] }), counts: table },
    });
    const reference = {
      repetition: full.repetitionPenalty,
      presence: full.presencePenalty,
      frequency: full.frequencyPenalty,
    };
    input.forEach((logit, i) => {
      const count = table[2 * vocab + i]!;
      const want = penalised(logit, count >= COUNT_PROMPT, count % COUNT_PROMPT, reference);
      expect(Math.abs(got[i]! - want), `logit ${logit}, count ${count}`).toBeLessThanOrEqual(1e-6 * Math.abs(want));
    });
  });

  test('a mask forbids what it does not name, and leaves the rest as it is', async () => {
    const layout = smallLayout();
    const size = 70;
    const start = { remaining: 1, stopIds: [], ignoreEos: false, rows: 1 };
    const off = packSequence({ ...GENERATE_DEFAULTS, seed: 0 }, start);
    const on = packSequence({ ...GENERATE_DEFAULTS, seed: 0 }, { ...start, masked: true });
    const table = new Uint32Array(countsWords(size, layout.maxSequences));
    table.set([0x80000005, 0, 0b100001], maskAt(size, layout.maxSequences, 1));
    const input = Float32Array.from({ length: size }, (_, i) => i - 35);
    const got = await runInline(gpu, 'test/mask', {
      includes: [stepStatePart, penaltiesPart],
      constants: { VOCAB: size },
      declarations: `
@group(0) @binding(1) var<storage, read> input : array<f32>;
@group(0) @binding(2) var<storage, read_write> output : array<vec2f>;
@group(0) @binding(3) var<storage, read> state : array<u32>;
@group(0) @binding(4) var<storage, read> counts : array<u32>;`,
      body: 'output[i] = vec2f(penalise(input[i], 1u, i), penalise(input[i], 2u, i));',
      count: size,
      input,
      output: new Float32Array(2 * size),
      more: { state: stepWords({ layout, rows: [], logitRows: [], sequences: [off, on, off, off] }), counts: table },
    });
    const allowed = [0, 2, 31, 64, 69];
    input.forEach((logit, i) => {
      expect(got[2 * i], `token ${i}`).toBe(allowed.includes(i) ? logit : Math.fround(MASKED_LOGIT));
      expect(got[2 * i + 1]).toBe(logit);
    });
  });
});

describe('lib/row-reduce', () => {
  test('keys order as the numbers do, one key for both zeros, and lead back to the number', async () => {
    const largest = 3.4e38;
    const values = [-largest, -1e4, -2.5, -1.0000001, -1, -1e-30, -0, 0, 1e-30, 0.5, 1, 1.0000001, 1e4, largest];
    const input = Float32Array.from(values);
    const got = await runInline(gpu, 'test/keys', {
      includes: [{ name: 'lib/row-reduce', text: rowReduce }],
      declarations: `
@group(0) @binding(1) var<storage, read> input : array<f32>;
@group(0) @binding(2) var<storage, read_write> output : array<vec2u>;`,
      body: 'let key = float_key(input[i]); output[i] = vec2u(key, bitcast<u32>(key_float(key)));',
      count: values.length,
      input,
      output: new Uint32Array(2 * values.length),
    });
    const keys = values.map((_, i) => got[2 * i]!);
    for (let i = 1; i < values.length; i++) {
      if (values[i] === 0 && values[i - 1] === 0) expect(keys[i]).toBe(keys[i - 1]);
      else expect(keys[i]).toBeGreaterThan(keys[i - 1]!);
    }
    const back = new Float32Array(Uint32Array.from(values, (_, i) => got[2 * i + 1]!).buffer);
    values.forEach((_, i) => expect(back[i]! + 0).toBe(input[i]! + 0));
  });
});
