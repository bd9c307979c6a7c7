/** Checks of what a caller passes as options: JavaScript lets any value through, and no option may be lost in silence. */

import { UsageError } from './errors.ts';

/** What an option's value must be. */
export interface Expected {
  /** A sentence for messages. */
  readonly text: string;
  readonly holds: (value: unknown) => boolean;
}

/** What the value of every option must be, by name. */
export type OptionTable<T> = { readonly [K in keyof T]-?: Expected };

export const expected = (text: string, holds: (value: unknown) => boolean): Expected => ({ text, holds });

export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Something that is checked where it is used. */
export const checkedLater = expected('Any value.', () => true);
export const aText = expected('A text.', (value) => typeof value === 'string');
export const trueOrFalse = expected('true or false.', (value) => typeof value === 'boolean');
export const aList = expected('A list.', Array.isArray);
export const aFunction = expected('A function.', (value) => typeof value === 'function');
export const aSignal = expected(
  'An AbortSignal.',
  (value) => isObject(value) && 'aborted' in value && 'addEventListener' in value,
);
export const integerFrom = (least: number, most: number, text: string): Expected =>
  expected(text, (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most);
export const oneOf = (values: readonly unknown[], text: string): Expected =>
  expected(text, (value) => values.includes(value));

/**
 * Checks that the options are an object, that each is known, and that each value is what it must be; undefined counts as left out.
 * @throws UsageError 'usage-option' naming the option
 */
export function checkOptions<T>(options: unknown, table: OptionTable<T>): asserts options is T {
  checkObject(options);
  const names = Object.keys(table);
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(table, name))
      throw usage(
        `There is no option "${name}".`,
        names.length > 0 ? `The options are ${names.join(', ')}.` : 'No option is known here.',
        'Correct or remove it.',
      );
    if (value !== undefined) checkValue(name, value, table[name as keyof T]);
  }
}

/** Checks that options are an object. @throws UsageError 'usage-option' */
export function checkObject(options: unknown): asserts options is object {
  if (!isObject(options) || Array.isArray(options))
    throw usage(`The options are ${described(options)}.`, 'An object with options by name was expected.');
}

/** Checks one value. @throws UsageError 'usage-option' */
export function checkValue(name: string, value: unknown, { text, holds }: Expected): void {
  if (!holds(value))
    throw usage(`The option ${name} is ${described(value)}.`, text, `Pass such a value, or leave ${name} out.`);
}

/** Checks that an argument is a text. @throws UsageError 'usage-option' */
export function checkText(value: unknown): asserts value is string {
  if (typeof value !== 'string')
    throw usage(`The text is ${described(value)}.`, 'A text was expected.', 'Pass a string.');
}

const usage = (happened: string, expectation: string, todo = 'Pass such an object, or leave it out.'): UsageError =>
  new UsageError({ code: 'usage-option', happened, expected: expectation, todo });

/** A value in a few words; never fails, whatever it is. */
export function described(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'function') return 'a function';
  if (isObject(value)) return 'an object';
  return String(value);
}
