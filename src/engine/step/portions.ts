import type { Lease } from '../memory/lease.ts';
import type { Cut } from '../memory/residency.ts';
import type { Run } from './run.ts';
import { cutOf, promptPhase, rowsToCut, type Phase } from '../memory/sequence-methods.ts';

/** The rows that a run has in a step. */
export interface Portion {
  readonly run: Run;
  readonly count: number;
}

/** Tokens whose keys and values are not cached yet. */
export const pendingOf = (run: Run): number => run.ids.length - run.lease.length;

/** How many rows of each run a step of `rows` has. Short ones first: a long prompt does not hold up those that already generate. */
export function portionsOf(runs: readonly Run[], rows: number): Portion[] {
  let left = rows;
  return runs
    .toSorted((a, b) => pendingOf(a) - pendingOf(b))
    .flatMap((run) => {
      const count = Math.min(pendingOf(run), left, rowsToCut(run.lease.methods, run.lease.length));
      left -= count;
      return count === 0 ? [] : [{ run, count }];
    });
}

/** Where a run stands once its first `end` tokens are fed. */
export const phaseOf = ({ lease, promptTokens }: Run, end: number): Phase =>
  lease.length >= promptTokens ? 'decode' : promptPhase(lease.methods, end, promptTokens);

/** When steps of a run that generates are cut. */
export const decodeCut = ({ methods }: Lease): Cut => cutOf(methods, 'decode');

/** After which of `count` steps, behind those that are under way, some run is cut. */
export function dueSteps(runs: readonly Run[], ahead: number, count: number): boolean[] {
  const due = runs.map(({ lease }) => lease.residency.dueIn(ahead + count));
  return Array.from({ length: count }, (_, step) => due.some((steps) => steps[ahead + step]));
}
