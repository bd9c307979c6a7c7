import type { TaskRun } from 'winnow-llm/eval/records';
import { placeOf } from 'winnow-llm/eval/records';

/** A column of the map: one question. */
export interface Place extends Pick<TaskRun, 'question' | 'tokens' | 'depth'> {
  readonly key: string;
}

/** Columns with a head in common. */
export interface PlaceGroup {
  readonly name: string;
  readonly places: readonly Place[];
}

/** Every setting's answer to every question; a cell is undefined where it was not asked. */
export interface AnswerGrid {
  readonly groups: readonly PlaceGroup[];
  readonly rows: readonly { readonly setting: string; readonly runs: readonly (TaskRun | undefined)[] }[];
}

/** The runs by setting and question; undefined where they are so scattered, as a file may have them, that most would be empty. */
export function answerGrid(runs: readonly TaskRun[]): AnswerGrid | undefined {
  const places = new Map<string, Place>();
  const settings = new Map<string, Map<string, TaskRun>>();
  for (const run of runs) {
    const { question, tokens, depth, setting } = run;
    const key = placeOf(run);
    places.set(key, { key, question, tokens, depth });
    const answers = settings.get(setting) ?? new Map<string, TaskRun>();
    settings.set(setting, answers.set(key, run));
  }
  if (places.size * settings.size > 2 * runs.length) return undefined;
  const columns = [...places.values()].toSorted(
    (a, b) => a.tokens - b.tokens || b.question.localeCompare(a.question) || a.depth - b.depth,
  );
  const groups = new Map<string, Place[]>();
  for (const place of columns) {
    const name = `${place.tokens.toLocaleString('en')} tokens, asked ${place.question}`;
    groups.set(name, [...(groups.get(name) ?? []), place]);
  }
  return {
    groups: [...groups].map(([name, grouped]) => ({ name, places: grouped })),
    rows: [...settings].map(([setting, answers]) => ({ setting, runs: columns.map(({ key }) => answers.get(key)) })),
  };
}

/** How many steps the perceptual scale has. */
const STEPS = 7;

/** How likely a token of the answer was, its geometric mean, from 0 to 1. */
export const likelihood = ({ logProb }: Pick<TaskRun, 'logProb'>): number => Math.min(1, Math.exp(logProb));

/** The step of the perceptual scale for an answer, from 0 for an unlikely one. */
export const stepOf = (run: Pick<TaskRun, 'logProb'>): number =>
  Math.min(STEPS - 1, Math.floor(likelihood(run) * STEPS));
