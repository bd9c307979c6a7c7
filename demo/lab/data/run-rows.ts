import type { EvalRun } from 'winnow-llm/eval/records';
import type { Sorting } from '../../shared/sorting.ts';
import { sortRows } from './sort-rows.ts';

export type SortKey =
  | 'setting'
  | 'nll'
  | 'dnll'
  | 'kl'
  | 'klP99'
  | 'agreement'
  | 'mass'
  | 'slots'
  | 'held'
  | 'read'
  | 'time';

const VALUES: Readonly<Record<Exclude<SortKey, 'setting'>, (run: EvalRun) => number>> = {
  nll: ({ nll }) => nll,
  dnll: ({ dnll }) => dnll,
  kl: ({ kl }) => kl,
  klP99: ({ klP99 }) => klP99,
  agreement: ({ top1Agreement }) => top1Agreement,
  mass: ({ mass }) => mass ?? 0,
  slots: ({ slotsReadPerToken }) => slotsReadPerToken,
  held: ({ kvBytesHeld }) => kvBytesHeld,
  read: ({ kvBytesReadPerToken }) => kvBytesReadPerToken,
  time: ({ msPerToken }) => msPerToken,
};

/** Runs in the order asked for; without one in that of their measurement. */
export const sortRuns = (runs: readonly EvalRun[], sorting: Sorting<SortKey> | undefined): readonly EvalRun[] =>
  sortRows(runs, sorting, VALUES);
