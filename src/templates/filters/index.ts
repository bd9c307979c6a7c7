/** Every filter by name. */

import { ownAttribute } from '../access.ts';
import { unsupported } from '../fault.ts';
import { toJson } from '../json.ts';
import { dictOf, isNumeric, order } from '../compare.ts';
import { asText, reprOf } from '../show.ts';
import { EMPTY, type Text } from '../text.ts';
import { Dict, List, truth, Tuple, typeName, Undefined, type Value } from '../values.ts';
import { filter, type Filter } from './define.ts';
import { MARKUP_FILTERS } from './markup.ts';
import { NUMBER_FILTERS } from './number.ts';
import { SELECT_FILTERS } from './select.ts';
import { SEQUENCE_FILTERS } from './sequence.ts';
import { TEXT_FILTERS } from './text.ts';
import type { Run } from '../run.ts';

const byDefault = (name: string): [string, Filter] =>
  filter(name, 'default_value= boolean=', (run, value, [other = EMPTY, boolean = false]) =>
    value instanceof Undefined || (truth(run, boolean) && !truth(run, value)) ? other : value,
  );

function attribute(run: Run, value: Value, [name]: readonly (Value | undefined)[]): Value {
  const { text } = asText(name!, 'attr');
  const found = ownAttribute(run, value, text);
  return found === undefined ? new Undefined(`There is no attribute '${text.slice(0, 100)}'`) : found;
}

/** Longer ones are broken into lines by rules of their own. */
const MAX_PRETTY = 80;

/** Python's pprint of what fits one line: as `repr`, dicts in the order of their keys. */
function pretty(run: Run, value: Value): Text {
  const text = reprOf(run, withSortedKeys(run, value));
  if (text.length > MAX_PRETTY) throw unsupported(`pprint of more than ${MAX_PRETTY} characters`);
  return text;
}

/** Keys that have no order stand by the names of their types. */
function orderOfKeys(run: Run, a: Value, b: Value): number {
  if (typeName(a) === typeName(b) || (isNumeric(a) && isNumeric(b))) return order(run, a, b);
  return typeName(a) < typeName(b) ? -1 : 1;
}

function withSortedKeys(run: Run, value: Value): Value {
  return run.budget.deeper(() => {
    if (value instanceof List) return new List(value.items.map((item) => withSortedKeys(run, item)));
    if (value instanceof Tuple) return new Tuple(value.items.map((item) => withSortedKeys(run, item)));
    if (!(value instanceof Dict)) return value;
    const entries = [...value.entries.values()].toSorted(([a], [b]) => orderOfKeys(run, a, b));
    return dictOf(
      run,
      entries.map(([key, item]) => [key, withSortedKeys(run, item)] as const),
    );
  });
}

export const FILTERS: ReadonlyMap<string, Filter> = new Map([
  ...TEXT_FILTERS,
  ...SEQUENCE_FILTERS,
  ...SELECT_FILTERS,
  ...NUMBER_FILTERS,
  ...MARKUP_FILTERS,
  byDefault('default'),
  byDefault('d'),
  filter('attr', 'name', attribute),
  filter('pprint', '', pretty),
  ['tojson', toJson] as const,
]);
