/** One rendering: its account, its place and its modes. Everything that does work is given it. */

import type { Budget } from './budget.ts';
import type { Text } from './text.ts';
import type { Value } from './values.ts';
import type { Arguments } from './arguments.ts';

export interface Run {
  readonly budget: Budget;
  /** Line of the template that is being evaluated. */
  line: number;
  /** Within `autoescape true`. */
  autoescape: boolean;
  /** The local time that `strftime_now` tells. */
  readonly now: Date;
  /** value.name and value[key]; access.ts, which lies above the methods that use it. */
  readonly attribute: (value: Value, name: string) => Value;
  readonly item: (value: Value, key: Value) => Value;
  readonly filter: (name: string, value: Value, args: Arguments) => Value;
  readonly test: (name: string, value: Value, args: Arguments) => boolean;
  /** Names of arguments and of a namespace that came from outside: of those only the text is kept. */
  readonly givenNames: Set<string>;
  /** The blocks of the template by name, rendered anew at each call. */
  readonly blocks: ReadonlyMap<string, () => Text>;
}
