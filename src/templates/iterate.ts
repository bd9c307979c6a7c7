/** Going through values, and what they hold. */

import { failed } from './fault.ts';
import { equals, valueAt } from './compare.ts';
import { Text } from './text.ts';
import { Dict, List, Thing, Tuple, typeName, Undefined, type Value } from './values.ts';
import type { Run } from './run.ts';
import { indexOfText } from './text-search.ts';

/** An iterator over the value, as `iter()` gives. @throws TemplateFault for what cannot be gone through. */
export function iterate(run: Run, value: Value): Iterator<Value> {
  const iterator = iteratorOf(run, value);
  if (!iterator) throw failed(`'${typeName(value)}' object is not iterable`);
  return iterator;
}

/** The same, undefined for what cannot be gone through. */
export function iteratorOf(run: Run, value: Value): Iterator<Value> | undefined {
  if (value instanceof Text) return points(value);
  if (value instanceof List || value instanceof Tuple) return value.items.values();
  if (value instanceof Dict) return keys(value);
  if (value instanceof Undefined) return [].values();
  return value instanceof Thing ? value.iterate(run) : undefined;
}

function* points(text: Text): Generator<Value> {
  // Characters of markup are plain ones.
  for (let i = 0; i < text.length; i++) yield text.points(i, i + 1).as(false);
}

function* keys(dict: Dict): Generator<Value> {
  for (const [key] of dict.entries.values()) yield key;
}

/** Each item, counted as a step. */
export function* each(run: Run, value: Value): Generator<Value> {
  const iterator = iterate(run, value);
  for (let next = iterator.next(); next.done !== true; next = iterator.next()) {
    run.budget.step();
    yield next.value;
  }
}

/** All items, as `list()` gives. */
export function itemsOf(run: Run, value: Value): readonly Value[] {
  if (value instanceof List || value instanceof Tuple) {
    run.budget.work(value.items.length);
    return value.items;
  }
  const items: Value[] = [];
  for (const item of each(run, value)) {
    items.push(item);
    if (items.length > run.budget.limits.items) run.budget.list(items.length);
  }
  run.budget.list(items.length);
  return items;
}

/** `len(value)`, undefined for what has no length. */
export function lengthOf(run: Run, value: Value): number | undefined {
  if (value instanceof Text) return value.length;
  if (value instanceof List || value instanceof Tuple) return value.items.length;
  if (value instanceof Dict) return value.entries.size;
  if (value instanceof Undefined) return 0;
  return value instanceof Thing ? value.size(run) : undefined;
}

/** item in container */
export function contains(run: Run, container: Value, item: Value): boolean {
  if (container instanceof Text) {
    if (item instanceof Undefined) throw failed(item.hint);
    if (!(item instanceof Text)) throw failed(`'in <string>' requires string as left operand, not ${typeName(item)}`);
    return indexOfText(run, container.text, item.text, 0) >= 0;
  }
  if (container instanceof Dict) return valueAt(run, container, item) !== undefined;
  const iterator = iteratorOf(run, container);
  if (!iterator) throw failed(`argument of type '${typeName(container)}' is not iterable`);
  for (let next = iterator.next(); next.done !== true; next = iterator.next()) {
    if (equals(run, next.value, item)) return true;
  }
  return false;
}
