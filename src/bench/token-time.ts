/** Where the time of one decode step goes, found by replaying its plan whole and without one family of dispatches. */

import { Lease } from '../engine/memory/lease.ts';
import { fillLease } from '../engine/measure/fill-history.ts';
import { sampled } from '../engine/plan/step-ends.ts';
import type { SequencePart } from '../engine/step/steps.ts';
import type { Runtime } from '../engine/runtime.ts';
import type { PlanEntry } from '../gpu/plan.ts';
import { GENERATE_DEFAULTS, packSequence } from '../sampling/settings.ts';
import type { TokenTime } from './bench-result.ts';
import type { PassTimer, Timed } from './pass-timer.ts';
import { spread } from './statistics.ts';

/** Steps of one pass at most: pages are reserved for so many. */
const MOST_STEPS = 64;
const PASS_MS = 10;

export interface TokenTimeOptions {
  readonly history: number;
  /** Milliseconds of a token as it was read back, from the same run. */
  readonly step: number;
  readonly rounds: number;
}

/** Encodes only these dispatches, `repeats` times. */
const replay =
  (entries: readonly PlanEntry[]): Timed['encode'] =>
  (pass, repeats) => {
    for (let step = 0; step < repeats; step++)
      for (const { pipeline, group, x, y, z } of entries) {
        pass.setPipeline(pipeline.compiled);
        pass.setBindGroup(0, group);
        pass.dispatchWorkgroups(x, y, z);
      }
  };

/** Replays the decode plan of one sequence behind a random history, in turns whole and without each family. */
export const measureTokenTime = (runtime: Runtime, timer: PassTimer, options: TokenTimeOptions): Promise<TokenTime> =>
  runtime.scheduler.exclusive(async () => {
    const { gpu, sequences, steps, state } = runtime;
    const { history, step, rounds } = options;
    const methods = { kv: runtime.kv };
    const lease = new Lease(methods, runtime.config);
    try {
      await fillLease(runtime, lease, history);
      await steps.begin(lease);
      await steps.reserve(lease, MOST_STEPS, 'never');
      const record = packSequence(
        { ...GENERATE_DEFAULTS, seed: 1 },
        { remaining: 2 ** 30, stopIds: [], ignoreEos: true },
      );
      const part: SequencePart = {
        lease,
        methods,
        span: { promptEnd: history, maxTokens: MOST_STEPS },
        phase: 'decode',
        rows: 1,
        given: { tokens: [1], logits: [true], record },
      };
      // Prepared and written as every step is, but replayed in parts and never committed.
      const prepared = await steps.prepare({ parts: [part], steps: MOST_STEPS, end: sampled });
      const { plan } = prepared;
      const restore = (): void => {
        state.writeLength(lease.sequence!, history);
        steps.write(prepared);
      };
      const labels = [...new Set(plan.entries.map(({ label }) => label))];
      const whole: Timed = { restore, encode: replay(plan.entries) };
      const without = labels.map((label): Timed => ({
        restore,
        encode: replay(plan.entries.filter((entry) => entry.label !== label)),
      }));
      // oxlint-disable no-await-in-loop -- passes must not share the GPU
      await timer.pass(whole, 1);
      const trial = await timer.pass(whole, 1);
      const repeats = Math.max(1, Math.min(MOST_STEPS, Math.ceil(PASS_MS / trial)));
      const wholes: number[] = [];
      const besides = without.map(() => ({ whole: [] as number[], rest: [] as number[] }));
      const encodes: number[] = [];
      for (let round = 0; round <= rounds; round++) {
        const trip = await timer.roundTrip(3);
        const measured = round > 0;
        for (const [i, timed] of without.entries()) {
          // Each family beside a whole step of the same moment, since what it saves is a small part.
          const all = await timer.pass(whole, repeats);
          const rest = await timer.pass(timed, repeats);
          if (!measured) continue;
          wholes.push(Math.max(0, all - trip) / repeats);
          besides[i]!.whole.push(all / repeats);
          besides[i]!.rest.push(rest / repeats);
        }
        restore();
        const started = performance.now();
        for (let i = 0; i < repeats; i++) plan.replay();
        if (measured) encodes.push((performance.now() - started) / repeats);
        await gpu.device.queue.onSubmittedWorkDone();
      }
      // oxlint-enable no-await-in-loop
      const gpuTime = spread(wholes).median;
      const encode = spread(encodes).median;
      return {
        history,
        step,
        encode,
        gpu: gpuTime,
        wait: Math.max(0, step - gpuTime - encode),
        families: labels.map((family, i) => ({
          family,
          dispatches: plan.entries.filter(({ label }) => label === family).length,
          // Of the quietest moments: whatever disturbs a pass only adds to it, often more than a family takes.
          milliseconds: Math.min(...besides[i]!.whole) - Math.min(...besides[i]!.rest),
        })),
      };
    } finally {
      sequences.release(lease);
    }
  });
