import { said, shorten } from '../../shared/address-words.ts';
import { formatCount } from '../../shared/format.ts';
import { readDisable, readShortText } from '../../shared/gpu-choice.ts';
import { readList } from '../../shared/list-spec.ts';
import { readModelName } from '../../shared/model-choice.ts';
import { readNumber } from '../../shared/number-spec.ts';
import { ANSWER_MEASURES } from '../data/answer-measures.ts';
import { COSTS, MEASURES } from '../data/measures.ts';
import { methodsOf, TASK_NAMES } from 'winnow-llm/eval/records';
import {
  BUDGETS,
  DEPTHS,
  LENGTHS,
  MAX_LINK_TEXT,
  MAX_METHOD,
  MAX_METHODS,
  NUMBER_SPECS,
  type Settings,
} from './lab-spec.ts';

export interface ReadSettings {
  readonly settings: Settings;
  /** One sentence for each part of the address that was not taken. */
  readonly problems: readonly string[];
}

type Read = Settings | { readonly problem: string };

const ALL_MEASURES = [...MEASURES, ...ANSWER_MEASURES];

/** Reads settings from the query part of an address. Nothing in it is trusted: what is not valid is reported and left out. */
export function readUrlSettings(query: string): ReadSettings {
  let settings: Settings = {};
  const methods: string[] = [];
  const problems: string[] = [];
  for (const [name, text] of new URLSearchParams(query)) {
    const read = READERS[name]?.(text) ?? { problem: `There is no setting “${shorten(name)}”.` };
    if ('problem' in read) problems.push(read.problem);
    else if (read.methods) methods.push(...read.methods);
    else settings = { ...settings, ...read };
  }
  const kept = [...new Set(methods)].slice(0, MAX_METHODS);
  if (new Set(methods).size > MAX_METHODS) problems.push(`At most ${MAX_METHODS} methods can be evaluated at once.`);
  if (kept.length > 0) settings = { ...settings, methods: kept };
  if (settings.task === 'two-turn' && settings.question) {
    problems.push('The task two-turn asks once before and once after by itself.');
    const { question: _, ...rest } = settings;
    settings = rest;
  }
  return { settings, problems: [...new Set(problems)] };
}

/** The query part that says the same settings, with its question mark; '' when all have their defaults. */
export function writeUrlSettings(settings: Settings): string {
  const query = new URLSearchParams();
  const add = (name: string, value: string | number | undefined): void => {
    if (value !== undefined && value !== '') query.append(name, String(value));
  };
  add('model', settings.model);
  for (const method of settings.methods ?? []) add('method', method);
  add(BUDGETS.query, settings.budgets?.join(','));
  add('task', settings.task);
  add(LENGTHS.query, settings.lengths?.join(','));
  add(DEPTHS.query, settings.depths?.join(','));
  add('question', settings.question);
  for (const { key, query: name } of NUMBER_SPECS) add(name, settings[key]);
  if (settings.mass) add('mass', 'on');
  add('text', settings.text);
  add('text-name', settings.textName);
  add('measure', settings.measure);
  add('cost', settings.cost);
  add('disable', settings.disable?.join(','));
  add('adapter', settings.adapter);
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/** What is wrong with a method's text by itself: its names and grammar, not its numbers. */
export function methodProblem(text: string): string | undefined {
  if (text.length > MAX_METHOD) return `A method has at most ${MAX_METHOD} characters.`;
  try {
    methodsOf(text);
    return undefined;
  } catch (error) {
    return error instanceof Error && 'happened' in error ? String(error.happened) : String(error);
  }
}

const READERS: Readonly<Record<string, (text: string) => Read>> = Object.assign(
  Object.create(null) as Record<string, (text: string) => Read>,
  {
    model(text: string): Read {
      const model = readModelName(text);
      return model === undefined
        ? { problem: `“${shorten(text)}” is neither a model of this page nor an http(s) address.` }
        : { model };
    },
    method(text: string): Read {
      const problem = methodProblem(text);
      return problem === undefined ? { methods: [text] } : { problem };
    },
    task: (text: string): Read => {
      const task = TASK_NAMES.find((name) => name === text);
      return task ? { task } : said(`The task can be ${TASK_NAMES.join(' or ')}.`, text);
    },
    question: (text: string): Read =>
      text === 'after' ? { question: text } : said('The setting question can be “after”.', text),
    mass: (text: string): Read => (text === 'on' ? { mass: true } : said('The setting mass can be “on”.', text)),
    text: (text: string): Read =>
      text.trim() !== '' && text.length <= MAX_LINK_TEXT
        ? { text }
        : { problem: `The text of the address must have 1 to ${formatCount(MAX_LINK_TEXT)} characters.` },
    'text-name': (text: string): Read => readShortText('textName', 'The name of a text', text),
    measure: (text: string): Read => {
      const measure = ALL_MEASURES.find(({ key }) => key === text)?.key;
      return measure ? { measure } : said(`The measure can be ${words(ALL_MEASURES)}.`, text);
    },
    cost: (text: string): Read => {
      const cost = COSTS.find(({ key }) => key === text)?.key;
      return cost ? { cost } : said(`The cost can be ${words(COSTS)}.`, text);
    },
    disable: readDisable,
    adapter: (text: string): Read => readShortText('adapter', 'The name of the GPU', text),
  },
  Object.fromEntries(
    [BUDGETS, LENGTHS, DEPTHS].map((spec) => [
      spec.query,
      (text: string): Read => {
        const read = readList(spec, text);
        return 'value' in read ? { [spec.key]: read.value } : said(read.problem, text);
      },
    ]),
  ),
  Object.fromEntries(
    NUMBER_SPECS.map((spec) => [
      spec.query,
      (text: string): Read => {
        const read = readNumber(spec, text);
        return 'value' in read ? { [spec.key]: read.value } : said(read.problem, text);
      },
    ]),
  ),
);

const words = (known: readonly { readonly key: string }[]): string => known.map(({ key }) => key).join(' or ');
