/** What the adapter itself can do, measured with kernels that do nothing else. */

import type { Gpu } from '../gpu/device.ts';
import { slice, wholeBuffer } from '../gpu/array.ts';
import type { Dispatch } from '../gpu/kernel.ts';
import { PlanRecorder, type Plan } from '../gpu/plan.ts';
import { empty } from '../kernels/bench/empty.ts';
import { multiplyAdd } from '../kernels/bench/multiply-add.ts';
import { streamRead } from '../kernels/bench/stream-read.ts';
import type { KernelTiming, Roofs, Spread } from './bench-result.ts';
import type { KernelWork } from '../kernels/cases/kernel-case.ts';
import { timeInTurns, type PassTimer, type Timed } from './pass-timer.ts';
import { inverse, scaled, spread } from './statistics.ts';

const MIB = 2 ** 20;

/** Shapes that fill the adapter: many threads on a GPU, few workgroups with much work each on a CPU. */
export const roofShapes = ({ software, limits }: Pick<Gpu, 'software' | 'limits'>) => {
  const most = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  const threads = software ? 1024 : 262_144;
  const loads = 4;
  const step = threads * loads * 16;
  const streamBytes = Math.floor(Math.min(most, (software ? 128 : 256) * MIB) / step) * step;
  return {
    stream: { bytes: streamBytes, threads, constants: { THREADS: software ? 64 : 256, LOADS: loads } },
    multiplyAdd: software
      ? { rounds: 2048, constants: { THREADS: 64, GROUPS: 64, CHAINS: 16, UNROLL: 4 } }
      : { rounds: 128, constants: { THREADS: 256, GROUPS: 2048, CHAINS: 8, UNROLL: 16 } },
  };
};

/** The kernels that measure the roofs, ready to be timed beside others. */
export interface RoofProbe {
  /** Stream, multiply-add and an empty dispatch, in this order. */
  readonly works: readonly [stream: Timed, multiplyAdd: Timed, dispatch: Timed];
  /** Rates from the milliseconds that `timeInTurns` gave for the works. */
  ratesOf(times: readonly (readonly number[])[]): Pick<Roofs, 'stream' | 'multiplyAdd' | 'dispatch'>;
  readonly streamBytes: number;
  dispose(): void;
}

/** Makes the buffers and plans of the roof kernels. */
export async function prepareRoofs(gpu: Gpu): Promise<RoofProbe> {
  const shapes = roofShapes(gpu);
  const plans: Plan[] = [];
  const buffers: GPUBuffer[] = [];
  const buffer = (label: string, bytes: number): GPUBuffer => {
    const made = gpu.createBuffer(label, bytes);
    buffers.push(made);
    return made;
  };
  const planned = async (name: string, dispatch: Dispatch): Promise<Plan> => {
    const recorder = new PlanRecorder();
    recorder.add(name, dispatch);
    const plan = await recorder.build(gpu, name);
    plans.push(plan);
    return plan;
  };
  const dispose = (): void => {
    for (const plan of plans) plan.dispose();
    for (const made of buffers) gpu.destroyBuffer(made);
  };
  try {
    const { constants: fma, rounds } = shapes.multiplyAdd;
    const [sums, source] = await gpu.checked(
      'allocating the buffers of the roofs',
      () =>
        [
          wholeBuffer(buffer('roof sums', Math.max(shapes.stream.threads, fma.THREADS * fma.GROUPS) * 4)),
          wholeBuffer(buffer('roof source', shapes.stream.bytes)),
        ] as const,
    );
    const stream = await planned(
      'bench/stream-read',
      streamRead.call({
        params: { quads: shapes.stream.bytes / 16, threads: shapes.stream.threads },
        constants: shapes.stream.constants,
        variant: undefined,
        bindings: { source, sums },
      }),
    );
    const multiply = await planned(
      'bench/multiply-add',
      multiplyAdd.call({
        params: { rounds, scale: 0.75, offset: 0.25 },
        constants: fma,
        variant: undefined,
        bindings: { sums },
      }),
    );
    const count = slice(sums, 0, 16);
    const one = await planned(
      'bench/empty',
      empty.call({ params: { step: 1 }, constants: {}, variant: undefined, bindings: { count } }),
    );
    const flops = 2 * fma.THREADS * fma.GROUPS * fma.CHAINS * fma.UNROLL * rounds;
    return {
      works: [repeated(stream), repeated(multiply), repeated(one)],
      ratesOf: ([streamMs = [], multiplyMs = [], dispatchMs = []]) => ({
        stream: inverse(spread(streamMs), shapes.stream.bytes / 1e6),
        multiplyAdd: inverse(spread(multiplyMs), flops / 1e6),
        dispatch: scaled(spread(dispatchMs), 1000),
      }),
      streamBytes: shapes.stream.bytes,
      dispose,
    };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** Measures the four roofs in turns. */
export async function measureRoofs(timer: PassTimer, probe: RoofProbe, rounds: number): Promise<Roofs> {
  const times = await timeInTurns(timer, probe.works, rounds);
  const trips: number[] = [];
  // oxlint-disable-next-line no-await-in-loop -- one after the other
  for (let i = 0; i < 4 * rounds; i++) trips.push(await timer.pass(probe.works[2], 1));
  return { ...probe.ratesOf(times), roundTrip: scaled(spread(trips), 1000), streamBytes: probe.streamBytes };
}

const repeated = (plan: Plan): Timed => ({
  encode: (pass, repeats) => {
    for (let i = 0; i < repeats; i++) plan.encode(pass);
  },
});

/**
 * A kernel's time against the lowest of the three roofs for its work.
 * @param milliseconds of one call @param roofs of the same rounds, so that a slow moment is in both
 */
export function judge(
  milliseconds: Spread,
  { bytes, flops }: KernelWork,
  rotatedBytes: number,
  roofs: Pick<Roofs, 'stream' | 'multiplyAdd' | 'dispatch'>,
): KernelTiming {
  const times = {
    stream: bytes / roofs.stream.median / 1e6,
    'multiply-add': flops / roofs.multiplyAdd.median / 1e6,
    launch: roofs.dispatch.median / 1000,
  };
  const roof = (Object.keys(times) as KernelTiming['roof'][]).reduce((a, b) => (times[b] > times[a] ? b : a));
  const { median } = milliseconds;
  return {
    microseconds: scaled(milliseconds, 1000),
    bytes,
    flops,
    gigabytesPerSecond: bytes / median / 1e6,
    gigaflops: flops / median / 1e6,
    roof,
    roofShare: times[roof] / median,
    rotatedBytes,
  };
}
