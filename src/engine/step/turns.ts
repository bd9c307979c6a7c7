import { drafterOf } from './drafting.ts';
import type { Run } from './run.ts';

/** Steps of a group of runs before another group has its turn. */
const TURN_STEPS = 8;

/**
 * What runs must have in common to share a step: how keys and values are stored, what drafts for them, and whether the CPU has a
 * say in every token.
 */
const groupOf = (run: Run): string =>
  [run.lease.methods.kv, drafterOf(run), run.constraint ? 'constrained' : ''].join();

/** Runs that cannot share a step take turns of several steps, so that those of a turn may be computed ahead. */
export class Turns {
  #turn = 0;
  /** The runs of this turn. */
  runs: readonly Run[] = [];
  /** Steps left of this turn. */
  left = Number.POSITIVE_INFINITY;

  /** The runs whose turn begins. */
  next(runs: readonly Run[]): readonly Run[] {
    const groups = [...new Set(runs.map(groupOf))];
    const group = groups[this.#turn++ % groups.length];
    this.left = groups.length > 1 ? TURN_STEPS : Number.POSITIVE_INFINITY;
    this.runs = runs.filter((run) => groupOf(run) === group);
    return this.runs;
  }
}
