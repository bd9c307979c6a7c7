import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import rowReduce from '../../../shaders/lib/row-reduce.wgsl?raw';
import type { Gpu } from '../../../src/gpu/device.ts';
import { requestGpu } from '../../../src/gpu/request.ts';
import {
  COUNT_PROMPT,
  countsAt,
  countsWords,
  maskAt,
  MASKED_LOGIT,
  penaltiesPart,
} from '../../../src/kernels/sampling/penalties-part.ts';
import { stepStatePart } from '../../../src/kernels/step-layout.ts';
import { GENERATE_DEFAULTS, packSequence } from '../../../src/sampling/settings.ts';
import { penalised } from '../../../cases/reference/sampler.ts';
import { runInline } from '../../support/inline-kernel.ts';
import { smallLayout, stepWords } from '../../../cases/support/step-words.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await requestGpu({ provider: navigator.gpu });
});
afterAll(() => gpu?.dispose());

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
    const off = packSequence({ ...GENERATE_DEFAULTS, seed: 0 }, { remaining: 1, stopIds: [], ignoreEos: false });
    const on = packSequence(full, { remaining: 1, stopIds: [], ignoreEos: false });
    const table = Uint32Array.from({ length: countsWords(vocab, layout.maxSequences) }, () => 5);
    table.set(
      counts.flatMap((count) => logits.map(() => count)),
      countsAt(vocab, 2),
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
      const count = table[countsAt(vocab, 2) + i]!;
      const want = penalised(logit, count >= COUNT_PROMPT, count % COUNT_PROMPT, reference);
      expect(Math.abs(got[i]! - want), `logit ${logit}, count ${count}`).toBeLessThanOrEqual(1e-6 * Math.abs(want));
    });
  });

  test('a mask forbids what it does not name, and leaves the rest as it is', async () => {
    const layout = smallLayout();
    const size = 70;
    const start = { remaining: 1, stopIds: [], ignoreEos: false };
    const off = packSequence({ ...GENERATE_DEFAULTS, seed: 0 }, start);
    const on = packSequence({ ...GENERATE_DEFAULTS, seed: 0 }, { ...start, masked: true });
    const table = new Uint32Array(countsWords(size, layout.maxSequences));
    table.set([0x80000005, 0, 0b100001], maskAt(size, 1));
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
