import type { Proposer } from '../../decoding/proposer.ts';
import { proposerName } from '../plan/verified.ts';
import { draftingObstacle } from './drafting-obstacle.ts';
import type { Run } from './run.ts';

/** What drafts for a run, where nothing stands against it. */
export function proposerOf(run: Run): Proposer | undefined {
  const { decoding } = run.lease.methods;
  return decoding && draftingObstacle(run) === undefined ? decoding : undefined;
}

/** What tells the proposers of runs apart; '' = none. */
export function drafterOf(run: Run): string {
  const proposer = proposerOf(run);
  return proposer ? proposerName(proposer) : '';
}

/** The proposer, if a step has rows for the trees of all these runs. */
export const fitting = (proposer: Proposer | undefined, runs: readonly Run[], mostRows: number): Proposer | undefined =>
  proposer && runs.length * proposer.nodes <= mostRows ? proposer : undefined;
