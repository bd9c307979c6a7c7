import { describe, expect, test } from 'vitest';
import { ringRanges, splitSteps, type OutputRings } from '../../../src/engine/plan/output-rings.ts';
import { sampled, sampledWithLogProbs, scored } from '../../../src/engine/plan/step-ends.ts';
import { LOG_PROB_WORDS } from '../../../src/kernels/sampling/log-probs.ts';

const floatBits = (value: number): number => new Uint32Array(new Float32Array([value]).buffer)[0]!;

describe('what a step gave', () => {
  test('a sequence gets as many tokens as the count before them says, also none', () => {
    // Sequences of one, three and one logit rows: one token, two, and done before.
    const outputs = Uint32Array.from([1, 50, 2, 60, 61, 0, 0, 0, 0, 99]);
    expect([0, 1, 4].map((row) => sampled.read({ outputs }, row).tokens)).toEqual([[50], [60, 61], []]);
  });

  test('a count that its words cannot hold is an error', () => {
    expect(() => sampled.read({ outputs: Uint32Array.from([5, 1]) }, 0)).toThrow(/given 5 tokens/);
  });

  test('each token has its own log-probabilities', () => {
    const outputs = Uint32Array.from([2, 7, 8, 0]);
    const logProbs = new Uint32Array(2 * LOG_PROB_WORDS).fill(0xffffffff);
    logProbs.set([floatBits(-1), 0, 7, floatBits(-1), 3, floatBits(-2)]);
    logProbs.set([floatBits(-0.5), 0, 8, floatBits(-0.5)], LOG_PROB_WORDS);
    expect(sampledWithLogProbs.read({ outputs, logProbs }, 0).logprobs!(2)).toEqual([
      {
        logprob: -1,
        top: [
          [7, -1],
          [3, -2],
        ],
      },
      { logprob: -0.5, top: [[8, -0.5]] },
    ]);
  });

  test('a scored row has its loss and its log-sum-exp', () => {
    const outputs = Uint32Array.from([0, 0, floatBits(1.5), floatBits(9)]);
    expect(scored.read({ outputs }, 1)).toEqual({ nll: 1.5, logSumExp: 9 });
  });
});

describe('rings', () => {
  const ring = (stepWords: number) => ({
    array: { buffer: { label: String(stepWords) } as unknown as GPUBuffer, offset: 0, byteLength: 4 * 4 * stepWords },
    stepWords,
  });
  const rings: OutputRings = { steps: 4, outputs: ring(2), logProbs: ring(3) };

  test('steps that go past the end are copied in two pieces, ring after ring', () => {
    const ranges = ringRanges(rings, ['outputs', 'logProbs'], 11, 3);
    expect(ranges.map(([{ label }, ...range]) => [label, ...range])).toEqual([
      ['2', 24, 8],
      ['2', 0, 16],
      ['3', 36, 12],
      ['3', 0, 24],
    ]);
    expect(ringRanges(rings, ['outputs'], 4, 2).map(([, ...range]) => range)).toEqual([[0, 16]]);
  });

  test('each step finds its words again', () => {
    const words = Uint32Array.from([1, 2, 3, 4, 10, 11, 12, 13, 14, 15]);
    const steps = splitSteps(words, rings, ['outputs', 'logProbs'], 2);
    expect(steps.map(({ outputs, logProbs }) => [[...outputs!], [...logProbs!]])).toEqual([
      [
        [1, 2],
        [10, 11, 12],
      ],
      [
        [3, 4],
        [13, 14, 15],
      ],
    ]);
  });
});
