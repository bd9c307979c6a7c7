import type { GpuArray } from '../../gpu/array.ts';
import type { Gpu } from '../../gpu/device.ts';
import { PlanRecorder } from '../../gpu/plan.ts';
import { Readback } from '../../gpu/readback.ts';

/** A few outputs of a kernel, and what they must be. */
export interface Expected {
  /** Where the f32 outputs lie, as elements of `array`. */
  readonly array: GpuArray;
  readonly at: readonly number[];
  readonly values: readonly number[];
}

/** One kernel, run on inputs of its own beside whatever else the device does. */
export interface Probe {
  /** The kernel and its shape, in words. */
  readonly name: string;
  encode(recorder: PlanRecorder): void;
  /** Computed on the CPU in float64. */
  expected(): Promise<readonly Expected[]>;
  dispose(): void;
}

/**
 * |got - want| at most this share of (rms of what is wanted + |want|). Sums of up to 30,000 f32 products differ by 1e-5;
 * a wrong kernel is wrong by its whole value.
 */
export const TOLERANCE = 2e-3;
const COPY_BYTES = 16;

/** Runs the probes in one submit and returns what is wrong with each: the first differing element, or undefined. */
export async function runProbes(gpu: Gpu, probes: readonly Probe[]): Promise<(string | undefined)[]> {
  const recorder = new PlanRecorder();
  for (const probe of probes) probe.encode(recorder);
  const [plan, expected] = await Promise.all([
    recorder.build(gpu, 'self-test'),
    Promise.all(probes.map((probe) => probe.expected())),
  ]);
  // Copies are of 4 elements, so that a run of neighbours is one copy or a few.
  const ranges: [GPUBuffer, number, number][] = [];
  const places = expected.map((list) =>
    list.map(({ array, at }) =>
      at.map((element) => {
        const byte = Math.min(
          Math.floor((array.offset + element * 4) / COPY_BYTES) * COPY_BYTES,
          array.buffer.size - COPY_BYTES,
        );
        const last = ranges.findIndex(([buffer, offset]) => buffer === array.buffer && offset === byte);
        const range = last === -1 ? ranges.push([array.buffer, byte, COPY_BYTES]) - 1 : last;
        return (range * COPY_BYTES + (array.offset + element * 4 - byte)) / 4;
      }),
    ),
  );
  const readback = new Readback(gpu, Math.max(COPY_BYTES, ranges.length * COPY_BYTES), 1);
  try {
    const encoder = gpu.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    plan.encode(pass);
    pass.end();
    // A command that is refused would look like a kernel that writes nothing.
    const words = await gpu.checked('running the self-test', () => readback.submit(encoder, ranges));
    const got = new Float32Array(words.buffer);
    return expected.map((list, probe) => {
      for (const [i, { at, values }] of list.entries()) {
        const wrong = firstDifference(
          values,
          places[probe]![i]!.map((word) => got[word]!),
        );
        if (wrong !== undefined) return `element ${at[wrong.index]} is ${wrong.got} instead of ${wrong.want}`;
      }
      return undefined;
    });
  } finally {
    readback.dispose();
    plan.dispose();
  }
}

function firstDifference(
  want: readonly number[],
  got: readonly number[],
): { index: number; want: number; got: number } | undefined {
  const rms = Math.sqrt(want.reduce((sum, value) => sum + value * value, 0) / Math.max(1, want.length));
  const index = want.findIndex((value, i) => !(Math.abs(got[i]! - value) <= TOLERANCE * (rms + Math.abs(value))));
  return index === -1 ? undefined : { index, want: want[index]!, got: got[index]! };
}
