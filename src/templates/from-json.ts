/** JavaScript's plain data as Python's values. */

import { dictOf } from './compare.ts';
import { failed } from './fault.ts';
import { Text } from './text.ts';
import { List, type Value } from './values.ts';
import type { Run } from './run.ts';

/**
 * A value from outside: texts (a `Text` keeps its own marks), numbers, booleans, null, arrays and plain objects. Whole numbers become `int`; what is
 * undefined in an object is left out. Halves of characters become U+FFFD.
 * @param given whether its texts come from outside the template
 * @throws TemplateFault for anything else
 */
export function toValue(run: Run, value: unknown, given: boolean): Value {
  run.budget.step();
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isInteger(value) && !Object.is(value, -0) ? BigInt(value) : value;
  if (value instanceof Text) {
    run.budget.text(value.text.length);
    return value;
  }
  if (typeof value === 'string') {
    run.budget.text(value.length);
    const text = wellFormed(value);
    return given ? Text.given(text) : new Text(text);
  }
  return run.budget.deeper(() => {
    if (Array.isArray(value)) return new List(value.map((item: unknown) => toValue(run, item, given)));
    if (typeof value !== 'object') throw failed(`A ${typeof value} cannot be given to a template`);
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return dictOf(
      run,
      entries.map(([key, item]) => [toValue(run, key, given), toValue(run, item, given)] as const),
    );
  });
}

/** Halves of characters become U+FFFD. */
export const wellFormed = (text: string): string => text.replaceAll(/\p{Surrogate}/gu, '\ufffd');
