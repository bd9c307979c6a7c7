/** Reading the values of options: what is not exactly a value of its kind is refused. */

import { UsageError } from '../core/errors.ts';
import { OPTIONAL_FEATURES } from '../core/option-names.ts';
import type { OptionalFeature } from '../core/api.ts';

/** A UsageError about an option. */
export const optionError = (
  happened: string,
  expected: string,
  todo = 'See the help of the command (--help).',
): UsageError => new UsageError({ code: 'usage-option', happened, expected, todo });

const refused = (option: string, text: string, expected: string): UsageError =>
  optionError(`The option ${option} got '${text}'.`, `${expected} was expected.`);

/** Reads a whole number from `min` to `max`. */
export const wholeNumber =
  (option: string, min: number, max = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw refused(
      option,
      text,
      max === Number.MAX_SAFE_INTEGER ? `A whole number from ${min} on` : `A whole number from ${min} to ${max}`,
    );
  };

/** Reads a number from `min` to `max`, or above `min` where `open` is set. */
export const decimal =
  (option: string, min: number, max = Infinity, open = false) =>
  (text: string): number => {
    const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
    if (Number.isFinite(value) && (open ? value > min : value >= min) && value <= max) return value;
    const from = min === -Infinity ? 'A number' : `A number ${open ? 'above' : 'from'} ${min}`;
    throw refused(option, text, max === Infinity ? from : `${from} to ${max}`);
  };

/** Reads numbers with commas between: each must be whole and at least `min`. */
export const wholeNumbers =
  (option: string, min: number) =>
  (text: string): number[] =>
    text.split(',').map((part) => wholeNumber(option, min)(part.trim()));

/** Reads features with commas between. */
export const features = (text: string): OptionalFeature[] =>
  text.split(',').map((part) => {
    const feature = OPTIONAL_FEATURES.find((known) => known === part.trim());
    if (feature) return feature;
    throw refused('--disable', text, `One or more of ${OPTIONAL_FEATURES.join(', ')}, with commas between,`);
  });

/** Gathers an option that may be given several times. */
export const gathered = (text: string, before: readonly string[] = []): string[] => [...before, text];
