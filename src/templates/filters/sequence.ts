/** Filters of lists and of what can be gone through. */

import { wholeOf } from '../arguments.ts';
import { OPERATIONS } from '../arithmetic.ts';
import { equals, keyOf, order } from '../compare.ts';
import { DictView } from '../dict-view.ts';
import { failed, unsupported } from '../fault.ts';
import { escapeHtml } from '../html.ts';
import { each, itemsOf, lengthOf } from '../iterate.ts';
import { softStr, strOf } from '../show.ts';
import { EMPTY, Text } from '../text.ts';
import { Dict, List, Once, Thing, truth, Tuple, typeName, Undefined, type Value } from '../values.ts';
import { Writer } from '../writer.ts';
import { getter, sortKey, sortKeys, withoutCase } from './attributes.ts';
import { filter, type Bound, type Filter } from './define.ts';
import type { Run } from '../run.ts';

/** Sorted as Python sorts: equal ones keep their order, also from the highest down. */
function sorted<T>(run: Run, items: readonly T[], key: (item: T) => Value, downwards: boolean): T[] {
  const keyed = items.map((item) => ({ item, key: key(item) }));
  run.budget.list(keyed.length);
  return keyed
    .toSorted((a, b) => {
      run.budget.step();
      return downwards ? order(run, b.key, a.key) : order(run, a.key, b.key);
    })
    .map(({ item }) => item);
}

function join(run: Run, value: Value, [d = EMPTY, attribute = null]: Bound): Text {
  const read = getter(run, attribute);
  const writer = new Writer(run.budget);
  const items = [...each(run, value)].map((item) => softStr(run, read(item)));
  const markup = run.autoescape && ((d instanceof Text && d.markup) || items.some((item) => item.markup));
  const separator = markup ? escapeHtml(run, softStr(run, d)) : strOf(run, d);
  for (const [i, item] of items.entries()) {
    if (i > 0) writer.add(separator);
    writer.add(markup ? escapeHtml(run, item) : item);
  }
  return writer.done(markup);
}

function first(run: Run, value: Value): Value {
  for (const item of each(run, value)) return item;
  return new Undefined('No first item, sequence was empty.');
}

/** The items from the last to the first, where Python can go through them so. */
function backwards(run: Run, value: Value): Once | undefined {
  if (value instanceof DictView) return value.reversed();
  const known = value instanceof Thing ? value.sequence(run) : undefined;
  if (value instanceof Thing && !known) return undefined;
  if (value === null || typeof value !== 'object') return undefined;
  const kind =
    value instanceof List ? 'list_reverseiterator' : value instanceof Dict ? 'dict_reversekeyiterator' : 'reversed';
  return new Once((known ?? itemsOf(run, value)).toReversed().values(), kind);
}

function last(run: Run, value: Value): Value {
  const items = backwards(run, value);
  if (!items) throw failed(`'${typeName(value)}' object is not reversible`);
  const next = items.iterate().next();
  return next.done === true ? new Undefined('No last item, sequence was empty.') : next.value;
}

function reverse(run: Run, value: Value): Value {
  if (value instanceof Text) {
    const points = [...each(run, value)] as Text[];
    return Text.join(points.toReversed(), value.markup);
  }
  return backwards(run, value) ?? new List(itemsOf(run, value).toReversed());
}

function length(run: Run, value: Value): bigint {
  const size = lengthOf(run, value);
  if (size === undefined) throw failed(`object of type '${typeName(value)}' has no len()`);
  return BigInt(size);
}

function* unique(run: Run, value: Value, key: (item: Value) => Value): Generator<Value> {
  const seen = new Set<string>();
  for (const item of each(run, value)) {
    const text = keyOf(run, key(item));
    if (seen.has(text)) continue;
    run.budget.text(text.length);
    seen.add(text);
    yield item;
  }
}

/** The least or the greatest item, the first of equals. */
const extreme =
  (direction: 1 | -1) =>
  (run: Run, value: Value, [sensitive = false, attribute]: Bound): Value => {
    const key = sortKey(run, attribute, truth(run, sensitive));
    let best: { readonly item: Value; readonly key: Value } | undefined;
    for (const item of each(run, value)) {
      const own = key(item);
      if (!best || direction * order(run, own, best.key) < 0) best = { item, key: own };
    }
    return best ? best.item : new Undefined('No aggregated item, sequence was empty.');
  };

function* batch(run: Run, value: Value, [count, fill = null]: Bound): Generator<Value> {
  const size = wholeOf('batch', count, 0);
  let row: Value[] = [];
  for (const item of each(run, value)) {
    if (row.length === size) {
      yield new List(row);
      row = [];
    }
    row.push(item);
    run.budget.list(1);
  }
  if (row.length === 0) return;
  const missing = fill === null ? 0 : Math.max(0, size - row.length);
  run.budget.list(row.length + missing);
  yield new List([...row, ...Array.from({ length: missing }, () => fill)]);
}

function* slice(run: Run, value: Value, [count, fill = null]: Bound): Generator<Value> {
  const items = itemsOf(run, value);
  const slices = wholeOf('slice', count, 0);
  if (slices === 0) throw failed('integer division or modulo by zero');
  const whole = Math.floor(items.length / slices);
  const extra = ((items.length % slices) + slices) % slices;
  let start = 0;
  for (let i = 0; i < slices; i++) {
    run.budget.step();
    const end = start + whole + (i < extra ? 1 : 0);
    run.budget.list(end - start + 1);
    const row = items.slice(start, end);
    yield new List(fill !== null && i >= extra ? [...row, fill] : row);
    start = end;
  }
}

const GROUP_NAMES = ['grouper', 'list'];

function groupBy(run: Run, value: Value, [attribute, byDefault = null, sensitive = false]: Bound): List {
  const caseSensitive = truth(run, sensitive);
  const key = sortKey(run, attribute, caseSensitive, byDefault);
  const shown = getter(run, attribute, byDefault);
  const groups: { key: Value; items: Value[] }[] = [];
  for (const item of sorted(run, itemsOf(run, value), key, false)) {
    const own = key(item);
    const open = groups.at(-1);
    if (open && equals(run, open.key, own)) open.items.push(item);
    else groups.push({ key: own, items: [item] });
  }
  return new List(
    groups.map(
      ({ key: own, items }) => new Tuple([caseSensitive ? own : shown(items[0]!), new List(items)], GROUP_NAMES),
    ),
  );
}

function sum(run: Run, value: Value, [attribute = null, start = 0n]: Bound): Value {
  if (start instanceof Text) throw failed("sum() can't sum strings [use ''.join(seq) instead]");
  const read = getter(run, attribute);
  let total: Value = start;
  for (const item of each(run, value)) total = OPERATIONS['+']!(run, total, read(item));
  return total;
}

function entriesOf(value: Value, what: string): readonly (readonly [Value, Value])[] {
  if (value instanceof Dict) return [...value.entries.values()];
  throw failed(value instanceof Undefined ? value.hint : `${what} wants a dict, not ${typeName(value)}`);
}

function dictSort(run: Run, value: Value, [sensitive = false, by, downwards = false]: Bound): List {
  const side = by === undefined ? 'key' : by instanceof Text ? by.text : '';
  if (side !== 'key' && side !== 'value') throw failed('You can only sort by either "key" or "value"');
  const place = side === 'key' ? 0 : 1;
  const caseSensitive = truth(run, sensitive);
  const key = (entry: readonly [Value, Value]): Value =>
    caseSensitive ? entry[place] : withoutCase(run, entry[place]);
  const entries = sorted(run, entriesOf(value, 'dictsort'), key, truth(run, downwards));
  return new List(entries.map((entry) => new Tuple(entry)));
}

function entryIterator(_run: Run, value: Value): Value {
  if (value instanceof Undefined) return new Once([].values());
  if (!(value instanceof Dict)) throw failed('Can only get item pairs from a mapping');
  return new Once(new DictView(value, 'items').iterate());
}

/** A choice among several would make one chat's text another at each rendering. */
function random(run: Run, value: Value): Value {
  if (length(run, value) > 1n) throw unsupported('A random choice');
  return value instanceof Dict ? failedChoice() : first(run, value);
}

const failedChoice = (): never => {
  throw failed('A dict has no item 0');
};

export const SEQUENCE_FILTERS: readonly (readonly [string, Filter])[] = [
  filter('first', '', first),
  filter('last', '', last),
  filter('length', '', length),
  filter('count', '', length),
  filter('list', '', (run, value) => new List(itemsOf(run, value))),
  filter('reverse', '', reverse),
  filter('join', 'd= attribute=', join),
  filter(
    'sort',
    'reverse= case_sensitive= attribute=',
    (run, value, [downwards = false, sensitive = false, attribute]) =>
      new List(
        sorted(run, itemsOf(run, value), sortKeys(run, attribute, truth(run, sensitive)), truth(run, downwards)),
      ),
  ),
  filter(
    'unique',
    'case_sensitive= attribute=',
    (run, value, [sensitive = false, attribute]) =>
      new Once(unique(run, value, sortKey(run, attribute, truth(run, sensitive)))),
  ),
  filter('min', 'case_sensitive= attribute=', extreme(1)),
  filter('max', 'case_sensitive= attribute=', extreme(-1)),
  filter('batch', 'linecount fill_with=', (run, value, args) => new Once(batch(run, value, args))),
  filter('slice', 'slices fill_with=', (run, value, args) => new Once(slice(run, value, args))),
  filter('groupby', 'attribute default= case_sensitive=', groupBy),
  filter('sum', 'attribute= start=', sum),
  filter('dictsort', 'case_sensitive= by= reverse=', dictSort),
  filter('items', '', entryIterator),
  filter('random', '', random),
];
