import { CapabilityError } from '../../core/errors.ts';
import type { Gpu } from '../../gpu/device.ts';
import { PlanRecorder, type Plan } from '../../gpu/plan.ts';
import type { Dispatch } from '../../gpu/kernel.ts';

/** GPU work of one way to do something. */
export interface Entrant {
  readonly name: string;
  /** Repeated in this order; several copies of one call on different data, so that caches do not flatter it. */
  readonly dispatches: readonly Dispatch[];
}

export interface RaceResult {
  /** Index of the entrant to use. */
  readonly winner: number;
  /** Entrants that were timed; 0 when the time was up before. */
  readonly tried: number;
  /** Time of the first entrant over the winner's. */
  readonly gain: number;
}

/** A timed submit is at least this long, so that the cost of waiting for it is small beside it. */
const LEAST_MS = 4;
/** Turns of every entrant; the best of each counts, since everything that disturbs a timing makes it longer. */
const TURNS = 3;
/** Another entrant wins only when it is this much faster: below lies noise. */
const LEAST_GAIN = 1.03;
const MOST_REPEATS = 4096;

/**
 * Times the entrants by turns and says which to use: the first, unless another is surely faster.
 * Ends at `deadline` (as performance.now()) with what is known until then.
 */
export async function race(gpu: Gpu, entrants: readonly Entrant[], deadline: number): Promise<RaceResult> {
  const plans: (Plan | undefined)[] = [];
  try {
    const best: number[] = [];
    let tried = 0;
    for (const entrant of entrants) {
      if (entrants.length === 1 || performance.now() >= deadline) break;
      // oxlint-disable no-await-in-loop -- timings must not share the GPU
      const plan = await record(gpu, entrant);
      plans.push(plan);
      best.push(Number.POSITIVE_INFINITY);
      tried++;
      if (plan) await time(gpu, plan, 1); // Compiles and touches what the first use compiles and touches.
    }
    const runnable = plans.filter((plan) => plan !== undefined);
    if (runnable.length === 0 || plans.length < 2) return { winner: 0, tried, gain: 1 };
    const repeats = await repeatsFor(gpu, runnable[0]!);
    for (let turn = 0; turn < TURNS; turn++) {
      if (performance.now() >= deadline) break;
      for (const [i, plan] of plans.entries()) if (plan) best[i] = Math.min(best[i]!, await time(gpu, plan, repeats));
    }
    // oxlint-enable no-await-in-loop
    const fastest = best.indexOf(Math.min(...best));
    if (!plans[0]) return { winner: plans.findIndex((plan, i) => plan && best[i] === best[fastest]), tried, gain: 1 };
    const gain = best[0]! / best[fastest]!;
    return Number.isFinite(gain) && gain >= LEAST_GAIN
      ? { winner: fastest, tried, gain }
      : { winner: 0, tried, gain: 1 };
  } finally {
    for (const plan of plans) plan?.dispose();
  }
}

/** Undefined for what this device cannot compile or run: it drops out. */
async function record(gpu: Gpu, { name, dispatches }: Entrant): Promise<Plan | undefined> {
  const recorder = new PlanRecorder();
  for (const dispatch of dispatches) recorder.add(name, dispatch);
  try {
    return await recorder.build(gpu, `timing ${name}`);
  } catch (error) {
    if (error instanceof CapabilityError) return undefined;
    throw error;
  }
}

/** How often a plan must run for a timing that means something. */
async function repeatsFor(gpu: Gpu, plan: Plan): Promise<number> {
  let repeats = 1;
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- each depends on the one before
    const milliseconds = await time(gpu, plan, repeats);
    if (milliseconds >= LEAST_MS || repeats >= MOST_REPEATS) return repeats;
    repeats = Math.min(MOST_REPEATS, Math.ceil(repeats * Math.min(8, (1.3 * LEAST_MS) / Math.max(milliseconds, 0.1))));
  }
}

/** Milliseconds from the submit of `repeats` replays until they are done. */
async function time(gpu: Gpu, plan: Plan, repeats: number): Promise<number> {
  const encoder = gpu.device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  for (let i = 0; i < repeats; i++) plan.encode(pass);
  pass.end();
  const commands = encoder.finish();
  const started = performance.now();
  gpu.submit([commands]);
  await gpu.finished();
  return performance.now() - started;
}
