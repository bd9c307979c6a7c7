/** Every kernel at the shapes of real models: checked against its float64 reference, then timed. */

import { serializeError, throwIfAborted, WinnowError } from '../core/errors.ts';
import { Random } from '../core/rng.ts';
import type { Gpu } from '../gpu/device.ts';
import type { BenchProgress, KernelResult } from './bench-result.ts';
import { prepareCase, type TimedCase } from './case-buffers.ts';
import { checkKernel } from '../kernels/cases/check-kernel.ts';
import { shapeLabel, type AnyKernelCase } from '../kernels/cases/kernel-case.ts';
import { kernelCases } from '../kernels/cases/kernel-cases.ts';
import { timeInTurns, type PassTimer } from './pass-timer.ts';
import { judge, type RoofProbe } from './roofs.ts';
import { spread } from './statistics.ts';

/** Shapes whose copies are on the GPU together take at most so much. */
const GROUP_BYTES = 768 * 2 ** 20;
const SEED = 11;

export interface KernelBenchOptions {
  readonly timer: PassTimer;
  /** Timed beside each kernel. */
  readonly probe: RoofProbe;
  /** Only kernels whose name contains this text; '' = all. */
  readonly filter: string;
  readonly rounds: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: BenchProgress) => void;
  /** Told of each shape when it is done. */
  readonly onResult?: (result: KernelResult) => void;
}

/** A shape that is right and waits for its turn. */
interface Ready {
  readonly item: AnyKernelCase;
  readonly shape: unknown;
  readonly name: Pick<KernelResult, 'kernel' | 'shape'>;
  readonly timed: TimedCase;
}

/** Loads the cases that pass the filter and measures them. */
export async function runKernelBench(gpu: Gpu, options: KernelBenchOptions): Promise<KernelResult[]> {
  const items: AnyKernelCase[] = [];
  for (const { kernel, load } of kernelCases)
    // oxlint-disable-next-line no-await-in-loop -- small chunks
    if (kernel.includes(options.filter)) items.push(...(await load()));
  return benchCases(gpu, items, options);
}

/** Measures cases: the shapes of a kernel in turns. A kernel that is wrong is reported and not timed. */
export async function benchCases(
  gpu: Gpu,
  items: readonly AnyKernelCase[],
  { timer, probe, rounds, signal, onProgress, onResult }: KernelBenchOptions,
): Promise<KernelResult[]> {
  const shapesOf = (item: AnyKernelCase): readonly unknown[] =>
    (item.bench as readonly unknown[]).filter((shape) => item.suits?.(shape, gpu) ?? true);
  const total = items.reduce((sum, item) => sum + shapesOf(item).length, 0);
  const results: KernelResult[] = [];
  const add = (result: KernelResult): void => {
    results.push(result);
    onResult?.(result);
  };
  let waiting: Ready[] = [];
  const measure = async (): Promise<void> => {
    const group = waiting;
    waiting = [];
    try {
      const works = [...probe.works, ...group.map(({ timed }) => timed)];
      const times = await timeInTurns(timer, works, rounds);
      const roofs = probe.ratesOf(times);
      group.forEach(({ item, shape, name, timed }, i) =>
        add({
          ...name,
          status: 'correct',
          timing: judge(spread(times[probe.works.length + i]!), item.work!(shape), timed.rotatedBytes, roofs),
        }),
      );
    } finally {
      for (const { timed } of group) timed.dispose();
    }
  };
  try {
    // oxlint-disable no-await-in-loop -- passes must not share the GPU
    for (const item of items) {
      for (const shape of shapesOf(item)) {
        throwIfAborted(signal);
        const name = { kernel: item.kernel.spec.name, shape: shapeLabel(item, shape) };
        onProgress?.({
          stage: 'kernels',
          label: `${name.kernel}, ${name.shape}`,
          done: results.length + waiting.length,
          total,
        });
        const refused = await problemOf(gpu, item, shape);
        if (refused) {
          add({ ...name, ...refused });
          continue;
        }
        const timed = await prepareCase(gpu, item, item.build(shape, new Random(SEED)));
        waiting.push({ item, shape, name, timed });
        if (waiting.reduce((sum, ready) => sum + ready.timed.rotatedBytes, 0) > GROUP_BYTES) await measure();
      }
      if (waiting.length > 0) await measure();
    }
    // oxlint-enable no-await-in-loop
  } finally {
    for (const { timed } of waiting) timed.dispose();
  }
  return results;
}

/** Why a shape is not timed: the adapter lacks something, or the kernel is wrong (a refusal of the driver's is one too). */
async function problemOf(
  gpu: Gpu,
  item: AnyKernelCase,
  shape: unknown,
): Promise<Pick<KernelResult, 'status' | 'problem'> | undefined> {
  const missing = item.missing?.(shape, gpu);
  if (missing !== undefined) return { status: 'unsupported', problem: missing };
  try {
    const [wrong] = await checkKernel(gpu, item, item.check?.(shape) ?? shape);
    return wrong === undefined ? undefined : { status: 'wrong', problem: wrong };
  } catch (error) {
    if (gpu.lostError || !(error instanceof WinnowError) || error.code !== 'shader-compile') throw error;
    return { status: 'wrong', problem: serializeError(error).happened };
  }
}
