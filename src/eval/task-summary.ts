import { spread } from '../bench/statistics.ts';
import type { TaskRun } from './eval-result.ts';

/** How some questions were answered. */
export interface Answered {
  readonly right: number;
  readonly of: number;
  /** Mean log-probability of the right answers, nats; undefined without a question. */
  readonly logProb: number | undefined;
}

/** One setting's answers to the questions of one length, asked before or after the cache was cut. */
export interface TaskSummary extends Pick<TaskRun, 'setting' | 'task' | 'question' | 'tokens'> {
  /** Of the questions that dense attention answers: what a method can be judged on. */
  readonly solved: Answered;
  readonly all: Answered;
  /** Pages of the cache behind an answer, mean over all questions, and milliseconds of a token, median; undefined where no run says. */
  readonly kvBytesHeld: number | undefined;
  readonly msPerToken: number | undefined;
}

/** Runs summed up by setting, task, question and length, in the order in which these come first. */
export function summarise(runs: readonly TaskRun[]): TaskSummary[] {
  const solved = new Set(runs.filter(({ setting, exact }) => setting === 'dense' && exact).map(placeOf));
  const groups = new Map<string, TaskRun[]>();
  for (const run of runs) {
    const key = [run.setting, run.task, run.question, run.tokens].join('\n');
    const group = groups.get(key);
    if (group) group.push(run);
    else groups.set(key, [run]);
  }
  return [...groups.values()].map((group) => {
    const { setting, task, question, tokens } = group[0]!;
    return {
      setting,
      task,
      question,
      tokens,
      solved: answered(group.filter((run) => solved.has(placeOf(run)))),
      all: answered(group),
      kvBytesHeld: meanOf(group.flatMap(({ kvBytesHeld }) => kvBytesHeld ?? [])),
      msPerToken: medianOf(group.flatMap(({ msPerToken }) => msPerToken ?? [])),
    };
  });
}

/** What tells a question from the others of a setting. */
export const placeOf = ({ task, question, tokens, depth }: TaskRun): string => [task, question, tokens, depth].join();

const answered = (runs: readonly TaskRun[]): Answered => ({
  right: runs.filter(({ exact }) => exact).length,
  of: runs.length,
  logProb: meanOf(runs.map(({ logProb }) => logProb)),
});

const meanOf = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
const medianOf = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : spread(values).median;
