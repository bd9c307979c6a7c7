import { described } from './check-options.ts';
import { UsageError } from './errors.ts';

/** What a parameter of a method may be. */
export interface ParameterRange {
  readonly min: number;
  /** Default: no upper end. */
  readonly max?: number;
  readonly integer?: boolean;
  /** Whether `min` itself is excluded. */
  readonly above?: boolean;
}

/** Whether the value is a finite number in the range. */
export const isInRange = (
  value: unknown,
  { min, max = Infinity, integer = false, above = false }: ParameterRange,
): value is number =>
  typeof value === 'number' &&
  Number.isFinite(value) &&
  (above ? value > min : value >= min) &&
  value <= max &&
  (!integer || Number.isInteger(value));

/**
 * The value, if it is a number in the range.
 * @param method as the user writes it, `h2o`
 * @throws UsageError 'usage-option' naming method, parameter, value and range.
 */
export function checkedParameter(method: string, name: string, value: unknown, range: ParameterRange): number {
  const { min, max = Infinity, integer = false, above = false } = range;
  if (isInRange(value, range)) return value;
  const lower = above ? `above ${min}` : `of at least ${min}`;
  throw new UsageError({
    code: 'usage-option',
    happened: `The parameter ${name} of ${method} is ${described(value)}.`,
    expected: `It must be ${integer ? 'an integer' : 'a number'} ${lower}${max < Infinity ? ` and at most ${max}` : ''}.`,
    todo: `Pass such a value, or leave ${name} out for its default.`,
  });
}
