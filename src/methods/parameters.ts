import { UsageError } from '../core/errors.ts';
import { isInRange, type ParameterRange } from '../core/parameter.ts';
import { formatSpec, type MethodSpec } from '../core/method-spec.ts';

/** One key of a method, as people read it and as its values are checked. */
export interface Parameter {
  readonly key: string;
  readonly meaning: string;
  /** Words or numbers to choose from, or the numbers allowed, both ends included. */
  readonly range: readonly (string | number)[] | ParameterRange;
  /** The value when it is left out; 'required'; or in words where it follows from the others. */
  readonly default: number | 'required' | { readonly word: string } | { readonly follows: string };
}

export const whole = (min: number, max: number): ParameterRange => ({ min, max, integer: true });

/** Checked values of a method's parameters. Numbers and words that were left out are their defaults, or undefined. */
export class Values {
  readonly #values: ReadonlyMap<string, number | string>;

  constructor(values: ReadonlyMap<string, number | string>) {
    this.#values = values;
  }

  number(key: string): number {
    return Number(this.#values.get(key));
  }

  word(key: string): string {
    return String(this.#values.get(key));
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  /** The named numbers that have a value, under the names that a factory gives them. */
  numbers<const T extends Readonly<Record<string, string>>>(names: T): { [K in keyof T]?: number } {
    const given = Object.entries(names).filter(([, key]) => this.has(key));
    return Object.fromEntries(given.map(([name, key]) => [name, this.number(key)])) as { [K in keyof T]?: number };
  }
}

/**
 * Checks a spec's parameters against a method's and fills in defaults.
 * @throws UsageError 'usage-option' for a key that the method has not, one that is missing, or a value out of range
 */
export function readParameters(spec: MethodSpec, parameters: readonly Parameter[]): Values {
  for (const key of Object.keys(spec.parameters))
    if (!parameters.some((known) => known.key === key))
      throw refused(spec, `has no parameter ${key}`, keysOf(spec.name, parameters));
  const values = new Map<string, number | string>();
  for (const parameter of parameters) {
    const { key } = parameter;
    const given = Object.hasOwn(spec.parameters, key) ? spec.parameters[key] : undefined;
    const value = given ?? defaultOf(parameter);
    if (given !== undefined && !isAllowed(given, parameter.range))
      throw refused(spec, `got ${key}=${given}`, `The parameter ${key} takes ${rangeText(parameter.range)}.`);
    if (value !== undefined) values.set(key, value);
    else if (parameter.default === 'required')
      throw refused(spec, `needs ${key}`, `It is ${parameter.meaning}: ${rangeText(parameter.range)}.`);
  }
  return new Values(values);
}

/** What a parameter takes, in words. */
export function rangeText(range: Parameter['range']): string {
  if (isList(range)) return range.length < 2 ? range.join() : `${range.slice(0, -1).join(', ')} or ${range.at(-1)}`;
  const { min, max, integer, above } = range;
  const lower = above ? `above ${min}` : `of at least ${min}`;
  return `${integer ? 'a whole number' : 'a number'} ${lower}${max === undefined ? '' : ` and at most ${max}`}`;
}

/** A parameter's default as people read it. */
export const defaultText = ({ default: value }: Parameter): string =>
  typeof value === 'object' ? ('word' in value ? value.word : value.follows) : String(value);

function defaultOf({ default: value }: Parameter): number | string | undefined {
  if (typeof value === 'object') return 'word' in value ? value.word : undefined;
  return value === 'required' ? undefined : value;
}

function isAllowed(value: number | string, range: Parameter['range']): boolean {
  return isList(range) ? range.includes(value) : isInRange(value, range);
}

const isList = (range: Parameter['range']): range is readonly (string | number)[] => Array.isArray(range);

const keysOf = (name: string, parameters: readonly Parameter[]): string =>
  parameters.length === 0 ? `${name} has none.` : `${name} has ${parameters.map(({ key }) => key).join(', ')}.`;

const refused = (spec: MethodSpec, what: string, expected: string): UsageError =>
  new UsageError({
    code: 'usage-option',
    happened: `The method ${spec.name} ${what} (in "${formatSpec(spec)}").`,
    expected,
    todo: 'Correct it; "winnow methods" lists all parameters.',
  });
