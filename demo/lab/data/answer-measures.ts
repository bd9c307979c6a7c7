import { formatFigure } from '../../shared/figures.ts';
import type { ChartMeasure, CostSpec } from '../charts/axes.ts';
import type { TaskSummary } from 'winnow-llm/eval/records';
import { formatNats, HELD_WORDS, TIME_WORDS, withError } from './measures.ts';

/** What a method does to the answers of a task. */
export type AnswerMeasure = 'answers' | 'log-prob';

/** One way to say how well questions were answered, of those that dense attention answers. */
export interface AnswerMeasureSpec {
  readonly key: AnswerMeasure;
  readonly label: string;
  /** As charts take it, beside this dense attention. */
  readonly chart: (dense: TaskSummary) => ChartMeasure<TaskSummary>;
}

const percentOf = ({ solved: { right, of } }: TaskSummary): number => (100 * right) / of;
/** The scatter of a share follows from it and from how many were asked. */
const shareError = ({ solved: { right, of } }: TaskSummary): number | undefined =>
  of < 2 ? undefined : 100 * Math.sqrt(((right / of) * (1 - right / of)) / of);
const logProbOf = ({ solved }: TaskSummary): number => solved.logProb ?? Number.NaN;

export const ANSWER_MEASURES: readonly AnswerMeasureSpec[] = [
  {
    key: 'answers',
    label: 'right answers',
    chart: () => ({
      title: 'Right answers',
      unit: '% of those of dense attention',
      value: percentOf,
      error: shareError,
      over: 'the questions',
      words: (run) =>
        `${withError(formatFigure(percentOf(run)), shareError(run))} % of the questions that dense attention answers`,
      dense: 100,
      better: 'more',
    }),
  },
  {
    key: 'log-prob',
    label: 'log-probability',
    chart: (dense) => ({
      title: 'Log-probability of the answer',
      unit: 'nats a token',
      value: logProbOf,
      error: () => undefined,
      over: 'the questions',
      words: (run) => `${formatNats(logProbOf(run), 3)} nats a token`,
      dense: logProbOf(dense),
      better: 'more',
    }),
  },
];

const COSTS: readonly CostSpec<TaskSummary>[] = [
  { ...HELD_WORDS, key: 'held', value: ({ kvBytesHeld }) => kvBytesHeld ?? Number.NaN },
  { ...TIME_WORDS, key: 'time', value: ({ msPerToken }) => msPerToken ?? Number.NaN },
];

/** Settings that were asked the same questions, beside dense attention. */
export interface AnswerGroup {
  /** Which questions, where not all charts are of the same. */
  readonly name: string | undefined;
  readonly dense: TaskSummary;
  readonly rows: readonly TaskSummary[];
  /** Those that all rows say: files of older versions say none. */
  readonly costs: readonly CostSpec<TaskSummary>[];
}

/**
 * Summaries by length and by when they were asked, as far as charts can show them: of those that were asked something which
 * dense attention answers. A run that goes on, or was stopped, has settings that were not yet.
 */
export function answerGroups(summaries: readonly TaskSummary[]): readonly AnswerGroup[] {
  const groups = new Map<string, TaskSummary[]>();
  for (const summary of summaries) {
    const { tokens, question } = summary;
    const name = `${tokens.toLocaleString('en')} tokens, asked ${question}`;
    groups.set(name, [...(groups.get(name) ?? []), summary]);
  }
  return [...groups].flatMap(([name, all]) => {
    const dense = all.find(({ setting }) => setting === 'dense');
    const rows = all.filter(({ setting, solved }) => setting !== 'dense' && solved.of > 0);
    if (!dense || rows.length === 0) return [];
    const costs = COSTS.filter(({ value }) => rows.every((row) => Number.isFinite(value(row))));
    return costs.length === 0 ? [] : [{ name: groups.size > 1 ? name : undefined, dense, rows, costs }];
  });
}
