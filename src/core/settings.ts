/**
 * The settings that a method declares: one entry says what a number or word means, which values it takes, what it is when it
 * is left out, and how kernels read it. Checks, the option grammar, `winnow methods` and the step state follow from it.
 */

import { checkObject, described } from './check-options.ts';
import { UsageError } from './errors.ts';

/** The most slots that a setting may name: sums of two stay below 2^32. */
export const MOST_SLOTS = 2 ** 30;

/** The numbers that a setting takes, both ends included. */
export interface NumberRange {
  readonly min: number;
  /** Default: no upper end. */
  readonly max?: number;
  readonly integer?: boolean;
  /** Whether `min` itself is excluded. */
  readonly above?: boolean;
}

/** One key of a method, as people read it. */
export interface Parameter {
  readonly key: string;
  readonly meaning: string;
  /** Words or numbers to choose from, or a range of numbers. */
  readonly range: readonly (string | number)[] | NumberRange;
  /** The value when it is left out; 'required'; or in words where it follows from the others. */
  readonly default: number | 'required' | { readonly word: string } | { readonly follows: string };
}

/** What a method declares of a setting; its name is the key of the record that it stands in. */
export interface Setting<
  R extends Parameter['range'] = Parameter['range'],
  D extends Parameter['default'] = Parameter['default'],
> {
  readonly meaning: string;
  readonly range: R;
  readonly default: D;
  /** The type in which kernels read it; undefined: it chooses kernels, and they do not read it. */
  readonly word: 'u32' | 'f32' | undefined;
  /** What kernels read where it is left out and nothing follows from the others. */
  readonly unset: number;
}

export type Settings = Readonly<Record<string, Setting>>;

/** Values of settings as they are stored, by name. */
export type SettingValues = Readonly<Record<string, number | string | undefined>>;

type ValueOf<S extends Setting> = S['range'] extends readonly (infer C)[] ? C : number;

/** Checked values, defaults filled in; undefined where one is left out that follows from the others. */
export type ValuesOf<S extends Settings> = {
  readonly [K in keyof S]: S[K]['default'] extends { readonly follows: string }
    ? ValueOf<S[K]> | undefined
    : ValueOf<S[K]>;
};

type RequiredNames<S extends Settings> = {
  [K in keyof S]: S[K]['default'] extends 'required' ? K : never;
}[keyof S];

/** What a caller may give. */
export type OptionsOf<S extends Settings> = { readonly [K in RequiredNames<S>]: ValueOf<S[K]> } & {
  readonly [K in Exclude<keyof S, RequiredNames<S>>]?: ValueOf<S[K]>;
};

/** The arguments of a factory: the options, which may be left out where none is required. */
export type Arguments<S extends Settings> = [RequiredNames<S>] extends [never]
  ? [options?: OptionsOf<S>]
  : [options: OptionsOf<S>];

type Told = NumberRange & { readonly says: string; readonly unset?: number };

/** A number that kernels read as f32. */
export const f32 = <const D extends number | 'required' | { readonly follows: string }>(
  default_: D,
  { says, unset = 0, ...range }: Told,
): Setting<NumberRange, D> => ({ meaning: says, range, default: default_, word: 'f32', unset });

/** An integer that kernels read as u32: from `min`, 0 unless given, to `max`. */
export const u32 = <const D extends number | 'required' | { readonly follows: string }>(
  default_: D,
  { says, unset = 0, min = 0, max = MOST_SLOTS }: Partial<Told> & { readonly says: string },
): Setting<NumberRange, D> => ({
  meaning: says,
  range: { min, max, integer: true },
  default: default_,
  word: 'u32',
  unset,
});

/** One of some words, which choose kernels. */
export const word = <const C extends string>(
  default_: C,
  range: readonly C[],
  says: string,
): Setting<readonly C[], { readonly word: C }> => ({
  meaning: says,
  range,
  default: { word: default_ },
  word: undefined,
  unset: 0,
});

/** One of some integers, which kernels read as u32. */
export const oneOf = <const C extends number>(
  default_: C,
  range: readonly C[],
  says: string,
): Setting<readonly C[], C> => ({
  meaning: says,
  range,
  default: default_,
  word: 'u32',
  unset: 0,
});

/** The key of a setting in text: `tauFirst` is written tau-first. */
export const keyOf = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Settings as people read them, in their order. */
export const parametersOf = (settings: Settings): Parameter[] =>
  Object.entries(settings).map(([name, { meaning, range, default: value }]) => ({
    key: keyOf(name),
    meaning,
    range,
    default: value,
  }));

/** Values by their keys in text, in the order of the settings; those that are undefined are left out. */
export const writtenValues = (settings: Settings, values: SettingValues): Readonly<Record<string, number | string>> =>
  Object.fromEntries(
    Object.keys(settings).flatMap((name) => {
      const value = values[name];
      return value === undefined ? [] : [[keyOf(name), value] as const];
    }),
  );

/**
 * Checks what a caller gave and fills in defaults.
 * @param method as the user writes it, `h2o`
 * @throws UsageError 'usage-option' for an option that the method has not, or a value out of range
 */
export function readSettings<S extends Settings>(method: string, settings: S, options: object = {}): ValuesOf<S> {
  checkObject(options);
  const given = options as SettingValues;
  for (const name of Object.keys(given))
    if (!Object.hasOwn(settings, name))
      throw new UsageError({
        code: 'usage-option',
        happened: `${method} has no parameter ${name}.`,
        expected: keysText(method, Object.keys(settings)),
        todo: 'Correct or remove it.',
      });
  const values = Object.entries(settings).map(([name, setting]) => {
    const value = given[name] ?? defaultOf(setting);
    const mayBeLeftOut = typeof setting.default === 'object' && 'follows' in setting.default;
    return [
      name,
      value === undefined && mayBeLeftOut ? value : checkedSetting(method, keyOf(name), value, setting.range),
    ];
  });
  return Object.fromEntries(values) as ValuesOf<S>;
}

/**
 * The value, if it is in the range.
 * @param method as the user writes it, `h2o`
 * @throws UsageError 'usage-option' naming method, key, value and range
 */
export function checkedSetting<T>(method: string, key: string, value: T, range: Parameter['range']): T {
  if (isAllowed(value, range)) return value;
  throw new UsageError({
    code: 'usage-option',
    happened: `The parameter ${key} of ${method} is ${described(value)}.`,
    expected: `It must be ${rangeText(range)}.`,
    todo: `Pass such a value, or leave ${key} out where it has a default.`,
  });
}

/** The same for numbers. */
export const checkedNumber = (method: string, key: string, value: unknown, range: NumberRange): number =>
  checkedSetting(method, key, value, range) as number;

/** What a setting takes, in words. */
export function rangeText(range: Parameter['range']): string {
  if (isList(range)) return range.length < 2 ? range.join() : `${range.slice(0, -1).join(', ')} or ${range.at(-1)}`;
  const { min, max, integer, above } = range;
  const lower = above ? `above ${min}` : `of at least ${min}`;
  return `${integer ? 'an integer' : 'a number'} ${lower}${max === undefined ? '' : ` and at most ${max}`}`;
}

/** A parameter's default as people read it. */
export const defaultText = ({ default: value }: Pick<Parameter, 'default'>): string =>
  typeof value === 'object' ? ('word' in value ? value.word : value.follows) : String(value);

/** What a method can be set to, in a sentence. */
export const keysText = (method: string, keys: readonly string[]): string =>
  keys.length === 0 ? `${method} has none.` : `${method} has ${keys.join(', ')}.`;

function defaultOf({ default: value }: Setting): number | string | undefined {
  if (typeof value === 'object') return 'word' in value ? value.word : undefined;
  return value === 'required' ? undefined : value;
}

function isAllowed(value: unknown, range: Parameter['range']): boolean {
  if (isList(range)) return (range as readonly unknown[]).includes(value);
  const { min, max = Infinity, integer = false, above = false } = range;
  return (
    typeof value === 'number' &&
    Number.isFinite(value) &&
    (above ? value > min : value >= min) &&
    value <= max &&
    (!integer || Number.isInteger(value))
  );
}

const isList = (range: Parameter['range']): range is readonly (string | number)[] => Array.isArray(range);
