/** Filters' way to name what they look at in each item: 'a.b.0', several with commas. */

import { itemAt } from '../access.ts';
import { failed } from '../fault.ts';
import { lower } from '../text-shape.ts';
import { Text } from '../text.ts';
import { isDigit } from '../unicode.ts';
import { List, Undefined, type Value } from '../values.ts';
import type { Run } from '../run.ts';

type Getter = (item: Value) => Value;

/** Reads a path of an item; what is undefined on the way becomes the default, where there is one. */
export function getter(run: Run, path: Value | undefined, byDefault: Value = null): Getter {
  const keys = keysOf(path);
  return (item) =>
    keys.reduce<Value>((value, key) => {
      const found = itemAt(run, value, key);
      return found instanceof Undefined && byDefault !== null ? byDefault : found;
    }, item);
}

function keysOf(path: Value | undefined): readonly Value[] {
  if (path === undefined || path === null) return [];
  if (!(path instanceof Text)) return [path];
  return path.text.split('.').map((key) => {
    if (key === '' || !Array.from(key).every(isDigit)) return new Text(key);
    if (!/^\d+$/.test(key)) throw failed(`invalid literal for int(): '${key}'`);
    return BigInt(key);
  });
}

/** The key that items are compared by, texts in small letters unless `caseSensitive`. */
export function sortKey(run: Run, path: Value | undefined, caseSensitive: boolean, byDefault: Value = null): Getter {
  const read = getter(run, path, byDefault);
  return caseSensitive ? read : (item) => withoutCase(run, read(item));
}

/** As sortKey, for paths with commas between them: a list of keys. */
export function sortKeys(run: Run, paths: Value | undefined, caseSensitive: boolean): Getter {
  const parts = paths instanceof Text ? paths.text.split(',').map((part) => new Text(part)) : [paths];
  const keys = parts.map((part) => sortKey(run, part, caseSensitive));
  return (item) => new List(keys.map((key) => key(item)));
}

export const withoutCase = (run: Run, value: Value): Value => (value instanceof Text ? lower(run, value) : value);
