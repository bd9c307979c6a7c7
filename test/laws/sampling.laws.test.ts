import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../src/core/rng.ts';
import { wholeBuffer } from '../../src/gpu/array.ts';
import type { Gpu } from '../../src/gpu/device.ts';
import { requestGpu } from '../../src/gpu/request.ts';
import { PlanRecorder } from '../../src/gpu/plan.ts';
import { advance } from '../../src/kernels/decoding/advance.ts';
import { FAULT_WORDS } from '../../src/kernels/faults.ts';
import { HeaderWord, rowListAt } from '../../src/kernels/step-layout.ts';
import { countsAt, countsWords } from '../../src/kernels/sampling/penalties-part.ts';
import { OUTPUT_WORDS, outputAt, outputsWords } from '../../src/kernels/sampling/outputs.ts';
import { sample } from '../../src/kernels/sampling/sample.ts';
import { GENERATE_DEFAULTS, packSequence, type SamplingSettings } from '../../src/sampling/settings.ts';
import { blockMaxima, randomLogits, referenceSettings } from '../../cases/sampling/sampling-inputs.ts';
import { referenceSample } from '../../cases/reference/sampler.ts';
import type { AnyKernelCase } from '../../cases/support/kernel-case.ts';
import { readBuffer, runKernel } from '../support/run-kernel.ts';
import { smallLayout, stepWords } from '../../cases/support/step-words.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await requestGpu({ provider: navigator.gpu });
});
afterAll(() => gpu?.dispose());

interface Draw {
  readonly settings: Partial<SamplingSettings>;
  /** Of the row that the token follows. */
  readonly position: number;
  readonly logits: Float32Array;
}

const MAX_DRAWS = 2000;
/** One layout for all, as every other one is another pipeline. */
const layout = smallLayout({
  maxRows: MAX_DRAWS,
  maxLogitRows: MAX_DRAWS,
  maxSequences: MAX_DRAWS,
  layers: 1,
  kvStride: 1,
});

/** One dispatch: a logit row and a sequence for each draw. Returns the tokens. */
async function drawAll(draws: readonly Draw[]): Promise<{ tokens: number[]; state: Uint32Array<ArrayBuffer> }> {
  const count = draws.length;
  const vocab = draws[0]!.logits.length;
  const logits = new Float32Array(count * vocab);
  draws.forEach((draw, row) => logits.set(draw.logits, row * vocab));
  const state = stepWords({
    layout,
    rows: draws.map(({ position }, sequence) => ({ sequence, position })),
    logitRows: draws.map((_, row) => row),
    sequences: draws.map(({ settings }) =>
      packSequence({ ...GENERATE_DEFAULTS, seed: 0, ...settings }, { remaining: 2, stopIds: [], ignoreEos: false }),
    ),
  });
  const { outputs } = await runKernel(gpu, { kernel: sample } as unknown as AnyKernelCase, {
    params: { rows: count },
    constants: { VOCAB: vocab, RING: 1 },
    variant: undefined,
    buffers: {
      state,
      logits,
      block_max: blockMaxima(logits, vocab),
      counts: new Uint32Array(countsWords(vocab, count)),
      outputs: new Uint32Array(outputsWords(1, MAX_DRAWS)).fill(0xffffffff),
    },
  });
  return { tokens: draws.map((_, row) => outputs![outputAt(0, row, 1, MAX_DRAWS) + 1]!), state };
}

describe('exact sampling', () => {
  /** Scores or cuts nearer than this may go either way in f32. */
  const NEAR_SCORE = 1e-4;
  const NEAR_CUT = 3e-6;

  const pick = <T>(random: Random, list: readonly T[]): T => list[random.below(list.length)]!;
  const randomSettings = (random: Random): Partial<SamplingSettings> => ({
    seed: random.word(),
    temperature: pick(random, [0.001, 0.2, 0.7, 1, 1.6, 30]),
    topK: pick(random, [0, 0, 1, 2, 5, 40, 299, 300, 1000]),
    topP: pick(random, [1, 1, 0.999, 0.95, 0.6, 0.3, 0.01]),
    minP: pick(random, [0, 0, 0.3, 0.05, 0.002, 1]),
  });

  test.each([
    ['distinct logits', {}],
    ['many equal logits', { rounding: 1.5 }],
    ['hardly any different logits', { spread: 0.7, rounding: 1 }],
    ['huge logits', { spread: 0.5, shift: 1e4 }],
    ['negative logits', { spread: 2, shift: -60, rounding: 0.5 }],
    ['far apart', { spread: 1e4 }],
  ])('every token equals the reference: %s', async (_, distribution) => {
    const random = new Random(31);
    const draws = Array.from({ length: 300 }, (): Draw => ({
      settings: randomSettings(random),
      position: random.below(5000),
      logits: randomLogits(300, random.word(), distribution),
    }));
    const { tokens, state } = await drawAll(draws);
    const wrong: string[] = [];
    let near = 0;
    draws.forEach(({ settings, position, logits }, row) => {
      const want = referenceSample(logits, referenceSettings(state, layout, row), position + 1);
      if (want.margin < NEAR_SCORE || want.cutMargin < NEAR_CUT) near++;
      else if (tokens[row] !== want.token)
        wrong.push(
          `row ${row} got ${tokens[row]} want ${want.token} ${JSON.stringify(settings)} margins ${want.margin} ${want.cutMargin}`,
        );
    });
    expect(wrong).toEqual([]);
    expect(near).toBeLessThanOrEqual(9);
  });

  test('a draw depends on its own row only, and two runs agree', async () => {
    const random = new Random(32);
    const draws = Array.from({ length: 40 }, (): Draw => ({
      settings: randomSettings(random),
      position: random.below(100),
      logits: randomLogits(300, random.word()),
    }));
    const { tokens } = await drawAll(draws);
    expect((await drawAll(draws)).tokens).toEqual(tokens);
    expect((await drawAll(draws.toReversed())).tokens).toEqual(tokens.toReversed());
    expect((await drawAll(draws.slice(7, 9))).tokens).toEqual(tokens.slice(7, 9));
  });
});

describe('the law of the draws', () => {
  const logits = Float32Array.from([1, 2, 0.5, 2, -1, 2.5, 0, 1.5, -3, 2]);
  const DRAWS = MAX_DRAWS;

  /** Chi-square of the counts against the truncated, renormalised distribution of the survivors. */
  function chiSquare(counts: readonly number[], survivors: readonly number[], temperature: number): number {
    const weights = survivors.map((id) => Math.exp(logits[id]! / temperature));
    const total = weights.reduce((a, b) => a + b, 0);
    return survivors.reduce((sum, id, i) => {
      const expected = (DRAWS * weights[i]!) / total;
      return sum + (counts[id]! - expected) ** 2 / expected;
    }, 0);
  }
  /** Chi-square that a true law passes with probability 1 - 1e-4 (Wilson-Hilferty). */
  const limit = (freedom: number): number =>
    freedom * (1 - 2 / (9 * freedom) + 3.72 * Math.sqrt(2 / (9 * freedom))) ** 3;

  const sorted = [5, 1, 3, 9, 7, 0, 2, 6, 4, 8];
  test.each([
    ['nothing cut', { temperature: 1 }, sorted],
    ['a low temperature', { temperature: 0.5 }, sorted],
    ['a high temperature', { temperature: 20 }, sorted],
    ['top-k', { temperature: 1, topK: 5 }, sorted.slice(0, 5)],
    ['top-k through a tie', { temperature: 1, topK: 3 }, [5, 1, 3]],
    ['top-k of all', { temperature: 1, topK: 10 }, sorted],
    // Weights over 42.3: 0.288, three of 0.175, 0.106, 0.064, 0.039, 0.024, 0.009, 0.001.
    ['top-p', { temperature: 1, topP: 0.85 }, sorted.slice(0, 5)],
    ['top-p through a tie', { temperature: 1, topP: 0.6 }, [5, 1, 3]],
    ['top-p of one', { temperature: 1, topP: 0.2 }, [5]],
    ['top-p over the survivors of top-k', { temperature: 1, topK: 2, topP: 0.61 }, [5]],
    ['min-p', { temperature: 1, minP: 0.3 }, sorted.slice(0, 5)],
    ['min-p after the temperature', { temperature: 2, minP: 0.3 }, sorted.slice(0, 7)],
    ['all three', { temperature: 1.5, topK: 6, topP: 0.9, minP: 0.6 }, sorted.slice(0, 4)],
  ])('%s', async (_, settings, survivors) => {
    const { tokens } = await drawAll(
      Array.from({ length: DRAWS }, (__, i): Draw => ({
        settings: { ...settings, seed: 1234 + (i % 4) },
        position: i >> 2,
        logits,
      })),
    );
    const counts = Array.from({ length: logits.length }, (__, id) => tokens.filter((token) => token === id).length);
    const reference = referenceSample(
      logits,
      { repetition: 1, presence: 0, frequency: 0, topK: 0, topP: 1, minP: 0, ...settings, seed: 1 },
      1,
    );
    expect(reference.survivors).toEqual(survivors.toSorted((a, b) => a - b));
    expect(counts.reduce((sum, count, id) => sum + (survivors.includes(id) ? 0 : count), 0)).toBe(0);
    if (survivors.length > 1)
      expect(chiSquare(counts, survivors, settings.temperature)).toBeLessThan(limit(survivors.length - 1));
  });

  test('all-equal logits: each of the kept lower ids, evenly', async () => {
    const equal = new Float32Array(300).fill(-3.25);
    const { tokens } = await drawAll(
      Array.from({ length: MAX_DRAWS }, (_, position): Draw => ({
        settings: { temperature: 0.3, topK: 70, topP: 0.5, seed: 5 },
        position,
        logits: equal,
      })),
    );
    const counts = Array.from({ length: 35 }, (_, id) => tokens.filter((token) => token === id).length);
    expect(Math.max(...tokens)).toBe(34);
    expect(counts.reduce((sum, count) => sum + (count - MAX_DRAWS / 35) ** 2 / (MAX_DRAWS / 35), 0)).toBeLessThan(
      limit(34),
    );
  });
});

describe('the end of a step, replayed', () => {
  const RING = 4;
  const VOCAB = 50;
  const STOP = 7;
  const STEPS = 12;

  test('draws, counts and advances by itself until every sequence is done', async () => {
    const small = smallLayout({ maxRows: 4, maxLogitRows: 4, maxSequences: 4, layers: 2, kvStride: 2 });
    const starts = [
      { position: 30, remaining: 5, settings: { temperature: 1, seed: 1 } },
      { position: 2, remaining: 100, settings: { temperature: 3, topK: 12, seed: 2 } },
      { position: 900, remaining: STEPS, settings: { temperature: 1, topP: 0.9, seed: 3, presencePenalty: 1 } },
    ];
    // The same logits in every step, sequence 1's likely to stop soon.
    const logits = randomLogits(4 * VOCAB, 8, { spread: 1 });
    logits[VOCAB + STOP] = 3;
    const state = stepWords({
      layout: small,
      rows: starts.map(({ position }, sequence) => ({ sequence, position, token: 1 })),
      logitRows: [0, 1, 2],
      sequences: starts.map(({ settings, remaining }) =>
        packSequence({ ...GENERATE_DEFAULTS, ...settings }, { remaining, stopIds: [STOP], ignoreEos: false }),
      ),
    });
    const content = {
      state,
      logits,
      block_max: blockMaxima(logits, VOCAB),
      counts: new Uint32Array(countsWords(VOCAB, 4)),
      faults: new Uint32Array(4 * FAULT_WORDS),
      outputs: new Uint32Array(RING * 4 * OUTPUT_WORDS),
    };
    const buffers = Object.entries(content).map(([name, data]) => {
      const buffer = gpu.createBuffer(name, data.byteLength);
      gpu.write(buffer, 0, data);
      return [name, buffer] as const;
    });
    const arrays = Object.fromEntries(buffers.map(([name, buffer]) => [name, wholeBuffer(buffer)])) as Record<
      keyof typeof content,
      ReturnType<typeof wholeBuffer>
    >;
    const buffer = Object.fromEntries(buffers) as Record<keyof typeof content, GPUBuffer>;
    const constants = { RING };
    const recorder = new PlanRecorder();
    recorder.add(
      'sample',
      sample.call({ params: { rows: 4 }, constants: { ...constants, VOCAB }, variant: undefined, bindings: arrays }),
    );
    recorder.add(
      'advance',
      advance.call({
        params: { nodes: 1 },
        constants: { ...constants, SAMPLED: true, TREES: false },
        variant: undefined,
        bindings: arrays,
      }),
    );
    const plan = await recorder.build(gpu, 'end of a step');

    const got: number[][] = starts.map(() => []);
    const given: number[][] = starts.map(() => []);
    for (let step = 0; step < STEPS; step++) {
      plan.replay();
      const outputs = await readBuffer(gpu, buffer.outputs);
      starts.forEach((_, row) => {
        const at = outputAt(step, row, RING, 4);
        given[row]!.push(outputs[at]!);
        got[row]!.push(outputs[at + 1]!);
      });
    }
    const end = await readBuffer(gpu, buffer.state);
    const counts = await readBuffer(gpu, buffer.counts);

    starts.forEach(({ position, remaining }, sequence) => {
      const want: number[] = [];
      while (want.length < remaining && want.at(-1) !== STOP)
        want.push(
          referenceSample(
            logits.subarray(sequence * VOCAB, (sequence + 1) * VOCAB),
            referenceSettings(state, small, sequence),
            position + want.length + 1,
          ).token,
        );
      expect(want.length).toBeLessThanOrEqual(STEPS);
      expect(got[sequence]!.slice(0, want.length)).toEqual(want);
      const after = STEPS - want.length;
      expect(given[sequence]).toEqual([
        ...Array.from({ length: want.length }, () => 1),
        ...Array.from({ length: after }, () => 0),
      ]);
      // Each drawn token but the last was a row, after the row that the CPU fed.
      for (let i = 0; i < 4; i++) expect(end[small.lengthsAt + sequence * 4 + i]).toBe(want.length);
      const counted = Array.from({ length: VOCAB }, (_, id) =>
        sequence === 2 ? want.filter((token) => token === id).length : 0,
      );
      expect(Array.from(counts.slice(countsAt(VOCAB, sequence), countsAt(VOCAB, sequence) + VOCAB))).toEqual(counted);
    });
    expect(got[1]!.includes(STOP)).toBe(true);
    expect([end[rowListAt(small)], end[HeaderWord.logitRows], end[HeaderWord.step]]).toEqual([3, 3, STEPS]);
    plan.dispose();
    for (const [, made] of buffers) gpu.destroyBuffer(made);
  });
});
