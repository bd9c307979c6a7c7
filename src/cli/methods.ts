/** `winnow methods`: what can be chosen, with every parameter. */

import {
  defaultText,
  METHODS,
  MOST_SLOTS,
  rangeText,
  type AnyMethod,
  type MethodKind,
  type Parameter,
} from '../methods/index.ts';
import { printJson, type AddCommand } from './session.ts';

const COLUMNS = 100;

const HEADINGS: Readonly<Record<MethodKind, string>> = {
  cache: 'Eviction, --cache NAME:key=value,…: what a cache keeps',
  'attention-decode': 'Selection, --attention NAME:key=value,…: which slots a decoding token reads',
  'attention-mask': 'Masks, --attention NAME:key=value,…: which positions a token sees',
  decoding: 'Drafts, --decoding NAME:key=value,…: how several tokens come from a step, the same as without',
  kv: 'Storage, --kv NAME: how keys and values are stored',
};

export const addMethods: AddCommand = (program, { terminal }) => {
  program
    .command('methods')
    .description('list the methods that keep or read less, with parameters, defaults, papers and differences from them')
    .option('--json', 'print the result as JSON')
    .action(({ json }: { readonly json?: boolean }) => {
      if (json) printJson(terminal, METHODS.map(methodData));
      else terminal.out(formatMethods(METHODS));
    });
};

/** The methods as a page of text, at most 100 columns wide. */
export function formatMethods(methods: readonly AnyMethod[]): string {
  const parts = (Object.keys(HEADINGS) as MethodKind[]).flatMap((kind) => {
    const found = methods.filter((method) => method.kind === kind);
    return found.length === 0 ? [] : [formatKind(HEADINGS[kind], found)];
  });
  return `${parts.join('').trimEnd()}\n`;
}

/** What most methods of a kind have in common is told once. */
function formatKind(heading: string, methods: readonly AnyMethod[]): string {
  const found = new Map<string, Parameter[]>();
  for (const parameter of methods.flatMap(({ parameters }) => parameters))
    found.set(textOf(parameter), [...(found.get(textOf(parameter)) ?? []), parameter]);
  const several = [...found].filter(([, same]) => same.length >= 3);
  const shared = new Set(several.map(([text]) => text));
  const common =
    shared.size === 0 ? [] : ['  Parameters of several:', ...formatParameters(several.map(([, [one]]) => one!)), ''];
  const lines = [heading, '', ...common, ...methods.flatMap((method) => formatMethod(method, shared))];
  return lines.map((line) => `${line}\n`).join('');
}

/** A method as plain data. */
function methodData({ name, kind, description, paper, status, parameters }: AnyMethod): object {
  return { name, kind, description, paper: paper ?? null, status, parameters: parameters.map(parameterData) };
}

function parameterData({ key, meaning, range, default: value }: Parameter): object {
  return {
    key,
    meaning,
    range: Array.isArray(range) ? { choices: range } : range,
    required: value === 'required',
    default: typeof value === 'number' ? value : typeof value === 'object' && 'word' in value ? value.word : null,
    ...(typeof value === 'object' && 'follows' in value && { follows: value.follows }),
  };
}

/** Equal parameters have equal texts. */
const textOf = (parameter: Parameter): string => JSON.stringify(parameterData(parameter));

function formatMethod(method: AnyMethod, shared: ReadonlySet<string>): string[] {
  const { name, description, paper, status, parameters } = method;
  const common = parameters.filter((parameter) => shared.has(textOf(parameter))).map(({ key }) => key);
  return [
    ...wrap(`${name}: ${description}`, 2),
    ...(paper ? wrap(`${paper.title}, ${paper.url}`, 4) : []),
    ...(paper || status !== 'faithful' ? wrap(status, 4) : []),
    ...(common.length > 0 ? wrap(`parameters: ${common.join(', ')}`, 4) : []),
    ...formatParameters(parameters.filter((parameter) => !shared.has(textOf(parameter)))),
    '',
  ];
}

function formatParameters(parameters: readonly Parameter[]): string[] {
  const width = Math.max(0, ...parameters.map(({ key }) => key.length)) + 2;
  return parameters.flatMap((parameter) => {
    const { key, meaning, range } = parameter;
    const value = parameter.default === 'required' ? 'required' : `default ${defaultText(parameter)}`;
    const [first = '', ...rest] = wrap(`${meaning} (${shortRange(range)}; ${value})`, 4 + width);
    return [`    ${key.padEnd(width)}${first.trimStart()}`, ...rest];
  });
}

const shortRange = (range: Parameter['range']): string => {
  if (!('min' in range)) return rangeText(range);
  const { min, max = MOST_SLOTS, above } = range;
  if (max === MOST_SLOTS) return above ? `above ${min}` : `${min} or more`;
  return above ? `above ${min}, to ${max}` : `${min} to ${max}`;
};

/** The text in lines of at most `COLUMNS` characters, each indented. */
function wrap(text: string, indent: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= COLUMNS) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(' '.repeat(indent) + word);
  }
  return lines;
}
