/** What a filter is. */

import { bind, signature, type Arguments } from '../arguments.ts';
import type { Run } from '../run.ts';
import type { Value } from '../values.ts';

export type Filter = (run: Run, value: Value, args: Arguments) => Value;
export type Bound = readonly (Value | undefined)[];

/** A filter with its parameters, those behind the value; the arguments come by place. */
export function filter(
  name: string,
  parameters: string,
  call: (run: Run, value: Value, args: Bound) => Value,
): [string, Filter] {
  const expected = signature(parameters);
  return [name, (run, value, args) => call(run, value, bind(`The filter '${name}'`, expected, args))];
}
