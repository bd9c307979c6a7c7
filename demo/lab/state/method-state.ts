import { computed, signal } from '@preact/signals';
import { toProblem } from '../../shared/problem.ts';
import { METHODS } from 'winnow-llm/methods';
import { readSetting, settingText } from 'winnow-llm/eval/records';
import { MAX_METHODS } from './lab-spec.ts';
import { changeSettings, chosen } from './page-settings.ts';
import { methodProblem } from './url-settings.ts';

/** A setting on the page: the runs that it stands for, or why it stands for none. */
export interface Chip {
  readonly text: string;
  readonly runs: readonly string[];
  readonly problem?: string;
}

/** Every chosen setting with its runs at the chosen budgets. */
export const chips = computed<readonly Chip[]>(() =>
  chosen.value.methods.map((text) => {
    try {
      return { text, runs: readSetting(text, chosen.value.budgets).map(settingText) };
    } catch (error) {
      const { happened, expected } = toProblem(error);
      return { text, runs: [], problem: `${happened} ${expected}` };
    }
  }),
);

/** Every run once. */
export const plannedRuns = computed(() => [...new Set(chips.value.flatMap(({ runs }) => runs))]);

/** Methods of the registry that none of the settings is. */
export const unusedMethods = computed(() =>
  METHODS.filter(({ name }) => !chosen.value.methods.some((text) => text === name)),
);

/** The setting or method that is explained. */
export const explained = signal('');

/**
 * Adds a setting, or puts it in the place of another.
 * @returns what is wrong with it; undefined when it was taken
 */
export function addMethod(text: string, instead?: string): string | undefined {
  const { methods } = chosen.value;
  const problem = methodProblem(text);
  if (problem !== undefined) return problem;
  if (text !== instead && methods.includes(text)) return `${text} is among them already.`;
  if (instead === undefined && methods.length >= MAX_METHODS) return `At most ${MAX_METHODS} can be evaluated at once.`;
  changeSettings({
    methods: instead === undefined ? [...methods, text] : methods.map((each) => (each === instead ? text : each)),
  });
  explained.value = text;
  return undefined;
}

/** Takes a setting out; without any, the defaults come back. */
export function removeMethod(text: string): void {
  const left = chosen.value.methods.filter((each) => each !== text);
  changeSettings({ methods: left.length > 0 ? left : undefined });
}
