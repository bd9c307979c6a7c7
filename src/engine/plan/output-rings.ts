import { wholeBuffer, type GpuArray } from '../../gpu/array.ts';
import type { Gpu } from '../../gpu/device.ts';
import { LOG_PROB_WORDS } from '../../kernels/sampling/log-probs.ts';
import { outputStepWords } from '../../kernels/sampling/outputs.ts';

/** Steps whose outputs are kept until they are read. */
export const RING_STEPS = 16;

/** Where each step in turn leaves what it gave: [steps, stepWords]. */
export interface OutputRing {
  readonly array: GpuArray;
  /** Words of one step. */
  readonly stepWords: number;
}

export interface OutputRings {
  /** Steps that each ring holds. */
  readonly steps: number;
  /** Tokens that were drawn, or scores: [steps, maxLogitRows, OUTPUT_WORDS]. */
  readonly outputs: OutputRing;
  /** Log-probabilities of drawn tokens: [steps, maxLogitRows, LOG_PROB_WORDS]. */
  readonly logProbs: OutputRing;
}

export type RingName = 'outputs' | 'logProbs';

/** What one step left in each ring that is read. */
export type StepWords = Readonly<Partial<Record<RingName, Uint32Array<ArrayBuffer>>>>;

/** Allocates the rings for steps of at most so many logit rows. */
export function createOutputRings(gpu: Gpu, maxLogitRows: number): OutputRings {
  const ring = (label: string, stepWords: number): OutputRing => ({
    array: wholeBuffer(gpu.createBuffer(label, RING_STEPS * stepWords * 4)),
    stepWords,
  });
  return {
    steps: RING_STEPS,
    outputs: ring('outputs', outputStepWords(maxLogitRows)),
    logProbs: ring('log-probabilities', maxLogitRows * LOG_PROB_WORDS),
  };
}

/** Bytes of one step in all rings. */
export const ringStepBytes = ({ outputs, logProbs }: OutputRings): number =>
  (outputs.stepWords + logProbs.stepWords) * 4;

/** What to copy to read so many steps, the oldest first: [source, offset, bytes], ring after ring. */
export function ringRanges(
  rings: OutputRings,
  names: readonly RingName[],
  firstStep: number,
  steps: number,
): [GPUBuffer, number, number][] {
  const first = firstStep % rings.steps;
  const untilEnd = Math.min(steps, rings.steps - first);
  return names.flatMap((name) => {
    const { array, stepWords } = rings[name];
    const ranges: [GPUBuffer, number, number][] = [
      [array.buffer, first * stepWords * 4, untilEnd * stepWords * 4],
      [array.buffer, 0, (steps - untilEnd) * stepWords * 4],
    ];
    return ranges.filter(([, , bytes]) => bytes > 0);
  });
}

/** The words of each step, from what `ringRanges` copied. */
export function splitSteps(
  words: Uint32Array<ArrayBuffer>,
  rings: OutputRings,
  names: readonly RingName[],
  steps: number,
): StepWords[] {
  const starts = names.map((_, i) => names.slice(0, i).reduce((sum, name) => sum + steps * rings[name].stepWords, 0));
  return Array.from({ length: steps }, (_, step) =>
    Object.fromEntries(
      names.map((name, i) => {
        const at = starts[i]! + step * rings[name].stepWords;
        return [name, words.subarray(at, at + rings[name].stepWords)];
      }),
    ),
  );
}
