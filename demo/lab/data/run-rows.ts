import type { EvalRun } from 'winnow-llm/bench';
import type { Sorting } from '../../shared/sorting.ts';

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

const collator = new Intl.Collator('en', { numeric: true });

/** Runs in the order asked for; without one in that of their measurement. */
export function sortRuns(runs: readonly EvalRun[], sorting: Sorting<SortKey> | undefined): readonly EvalRun[] {
  if (!sorting) return runs;
  const { key, descending } = sorting;
  const turned = descending ? -1 : 1;
  const byName = (a: EvalRun, b: EvalRun): number => collator.compare(a.setting, b.setting);
  if (key === 'setting') return runs.toSorted((a, b) => byName(a, b) * turned);
  const value = VALUES[key];
  return runs.toSorted((a, b) => (value(a) - value(b)) * turned || byName(a, b));
}
