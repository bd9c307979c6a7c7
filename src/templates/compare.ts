/** Equality, order and keys of dicts, by value as in Python. */

import { failed, unsupported } from './fault.ts';
import { Text } from './text.ts';
import { Dict, List, Thing, Tuple, typeName, Undefined, type Value } from './values.ts';
import type { Run } from './run.ts';

type Numeric = boolean | bigint | number;
export const isNumeric = (value: Value): value is Numeric =>
  typeof value === 'boolean' || typeof value === 'bigint' || typeof value === 'number';

/** a == b */
export function equals(run: Run, a: Value, b: Value): boolean {
  run.budget.work(8);
  if (a === b) return true;
  // oxlint-disable-next-line eqeqeq -- a whole number and a float are compared exactly only so.
  if (isNumeric(a) && isNumeric(b)) return typeof a === typeof b ? a === b : a == b;
  if (a instanceof Text && b instanceof Text) {
    run.budget.work(Math.min(a.text.length, b.text.length) / 8);
    return a.text === b.text;
  }
  if (a instanceof Undefined && b instanceof Undefined) return true;
  if ((a instanceof List && b instanceof List) || (a instanceof Tuple && b instanceof Tuple)) {
    return sameItems(run, a.items, b.items);
  }
  if (a instanceof Dict && b instanceof Dict) return sameEntries(run, a, b);
  if (a instanceof Thing && b instanceof Thing) return sameThings(run, a, b);
  return false;
}

function sameItems(run: Run, a: readonly Value[], b: readonly Value[]): boolean {
  return a.length === b.length && run.budget.deeper(() => a.every((item, i) => equals(run, item, b[i]!)));
}

function sameEntries(run: Run, a: Dict, b: Dict): boolean {
  if (a.entries.size !== b.entries.size) return false;
  return run.budget.deeper(() => {
    for (const [key, [, value]] of a.entries) {
      const other = b.entries.get(key);
      if (!other || !equals(run, value, other[1])) return false;
    }
    return true;
  });
}

function sameThings(run: Run, a: Thing, b: Thing): boolean {
  const [left, right] = [a.sequence(run), b.sequence(run)];
  if (left && right && a.type === b.type) return sameItems(run, left, right);
  if (a.type === b.type && /^dict_(?:keys|items)$/.test(a.type)) throw unsupported(`Comparing two ${a.type}`);
  return false;
}

/** Whether a stands before b: negative, 0 or positive. @throws TemplateFault for what has no order. */
export function order(run: Run, a: Value, b: Value): number {
  run.budget.work(8);
  if (isNumeric(a) && isNumeric(b)) return a < b ? -1 : a > b ? 1 : equals(run, a, b) ? 0 : Number.NaN;
  if (a instanceof Text && b instanceof Text) {
    run.budget.work(Math.min(a.text.length, b.text.length) / 8);
    return orderOfTexts(a.text, b.text);
  }
  if ((a instanceof List && b instanceof List) || (a instanceof Tuple && b instanceof Tuple)) {
    return run.budget.deeper(() => {
      const first = a.items.findIndex((item, i) => i >= b.items.length || !equals(run, item, b.items[i]!));
      if (first < 0) return a.items.length - b.items.length;
      return first >= b.items.length ? 1 : order(run, a.items[first]!, b.items[first]!);
    });
  }
  for (const value of [a, b]) if (value instanceof Undefined) throw failed(value.hint);
  throw failed(`'<' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`);
}

/** Order by code points; JavaScript's is by UTF-16 units, where U+FFFF comes after U+10000. */
export function orderOfTexts(a: string, b: string): number {
  if (a === b) return 0;
  let at = 0;
  while (at < a.length && at < b.length && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  if (at === a.length || at === b.length) return a.length - b.length;
  const lift = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);
  return lift(a.charCodeAt(at)) - lift(b.charCodeAt(at));
}

const identities = new WeakMap<Thing, number>();
let lastIdentity = 0;

/** A text that is the same for equal values, as the key of a dict or set. @throws TemplateFault for what cannot be a key. */
export function keyOf(run: Run, value: Value): string {
  run.budget.work(8);
  if (value === null) return 'none';
  if (value instanceof Text) {
    run.budget.work(value.text.length / 8);
    return `s${value.text}`;
  }
  if (typeof value === 'number') return Number.isInteger(value) ? `i${BigInt(value)}` : `f${value}`;
  if (isNumeric(value)) return `i${BigInt(value)}`;
  if (value instanceof Undefined) return 'undefined';
  if (value instanceof Tuple) {
    return run.budget.deeper(() => {
      const keys = value.items.map((item) => keyOf(run, item));
      run.budget.text(keys.reduce((sum, key) => sum + key.length + 8, 0));
      return `t${keys.map((key) => `${key.length}:${key}`).join('')}`;
    });
  }
  const unhashable = value instanceof Thing && /^dict_(?:keys|items)$/.test(value.type);
  if (value instanceof List || value instanceof Dict || unhashable)
    throw failed(`unhashable type: '${typeName(value)}'`);
  let identity = identities.get(value);
  if (identity === undefined) identities.set(value, (identity = ++lastIdentity));
  return `o${identity}`;
}

/** The value at a key, undefined where there is none. @throws TemplateFault for a key that cannot be one. */
export const valueAt = (run: Run, dict: Dict, key: Value): Value | undefined => dict.entries.get(keyOf(run, key))?.[1];

/** A dict of these pairs; a later one replaces the value of an equal key and keeps the key. */
export function dictOf(run: Run, pairs: Iterable<readonly [Value, Value]>): Dict {
  const entries = new Map<string, readonly [Value, Value]>();
  for (const [key, value] of pairs) {
    const text = keyOf(run, key);
    entries.set(text, [entries.get(text)?.[0] ?? key, value]);
    if (entries.size % 64 === 0) run.budget.list(entries.size);
  }
  return new Dict(entries);
}
