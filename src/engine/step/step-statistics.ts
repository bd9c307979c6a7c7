import type { Gpu, GpuCounts } from '../../gpu/device.ts';
import type { Plan } from '../../gpu/plan.ts';

/** What was counted of the steps of an engine. */
export class StepStatistics {
  /** Steps that had rows of prompts. */
  prefill = 0;
  /** Steps of single tokens, and how many of them the GPU fed itself. */
  decode = 0;
  replayed = 0;
  /** What one steady decode step cost. */
  readonly perToken: GpuCounts & { plan: Plan | undefined } = {
    dispatches: 0,
    bindGroupsCreated: 0,
    buffersCreated: 0,
    bytesWritten: 0,
    submits: 0,
    plan: undefined,
  };

  /** Counts a step that the CPU fed. */
  fed(rows: number, logitRows: number): void {
    this[rows > logitRows ? 'prefill' : 'decode']++;
  }

  /** Counts replayed steps of a plan that `replay` submits; evictions between them are no part of a token's cost. */
  measure({ counts }: Gpu, steps: number, plan: Plan, evictionDispatches: number, replay: () => void): void {
    const before = { ...counts };
    replay();
    for (const key of ['dispatches', 'bindGroupsCreated', 'buffersCreated', 'bytesWritten', 'submits'] as const)
      this.perToken[key] = (counts[key] - before[key] - (key === 'dispatches' ? evictionDispatches : 0)) / steps;
    this.perToken.plan = plan;
    this.decode += steps;
    this.replayed += steps;
  }
}
