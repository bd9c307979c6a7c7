/** `value.name`, `value[key]` and slices, by the rules of Jinja's sandbox. */

import { NO_ARGUMENTS, wholeOf } from './arguments.ts';
import { valueAt } from './compare.ts';
import { containerAttribute } from './container-methods.ts';
import { failed, unsupported } from './fault.ts';
import { MISSING_TEXT_METHODS, textMethod } from './text-methods.ts';
import { Text } from './text.ts';
import { Builtin, Dict, List, Thing, Tuple, typeName, Undefined, type Value } from './values.ts';
import type { Run } from './run.ts';

/** value.name: an attribute, else the item of that name, else undefined. @throws TemplateFault where value is undefined. */
export function attributeOf(run: Run, value: Value, name: string): Value {
  const found = ownAttribute(run, value, name);
  if (found !== undefined) return found;
  // None is a value like others, so `??` cannot tell what is missing.
  const item = itemOf(run, value, new Text(name));
  return item === undefined ? missing(value, name) : item;
}

/** value[key]: an item, else the attribute of that name, else undefined. @throws TemplateFault where value is undefined. */
export function itemAt(run: Run, value: Value, key: Value): Value {
  const found = itemOf(run, value, key);
  if (found !== undefined) return found;
  const name = key instanceof Text ? key.text : undefined;
  const attribute = name === undefined ? undefined : ownAttribute(run, value, name);
  return attribute === undefined ? missing(value, name ?? 'that index') : attribute;
}

const missing = (value: Value, name: string): Undefined =>
  new Undefined(`'${typeName(value)} object' has no attribute '${name.slice(0, 100)}'`);

/** The attribute, without a look at items. Names with an underscore in front are no one's. */
export function ownAttribute(run: Run, value: Value, name: string): Value | undefined {
  if (value instanceof Undefined) throw failed(value.hint);
  if (name.startsWith('__') && name.endsWith('__')) return new Undefined(`Access to attribute '${name}' is unsafe`);
  if (!(value instanceof Text))
    return value instanceof Thing ? value.attribute(run, name) : containerAttribute(value, name);
  const method = textMethod(name);
  if (method) return new Builtin((current, args) => method(current, value, args));
  if (MISSING_TEXT_METHODS.has(name)) throw unsupported(`'str.${name}'`);
  return undefined;
}

/** The item, undefined where there is none or the value has no items. */
function itemOf(run: Run, value: Value, key: Value): Value | undefined {
  if (value instanceof Undefined) throw failed(value.hint);
  if (value instanceof Dict) return key instanceof List || key instanceof Dict ? undefined : valueAt(run, value, key);
  if (typeof key !== 'bigint' && typeof key !== 'boolean') return undefined;
  const whole = wholeOf('An index', key, 0);
  if (value instanceof Text) {
    const at = whole < 0 ? whole + value.length : whole;
    return at >= 0 && at < value.length ? value.points(at, at + 1) : undefined;
  }
  return itemsIn(run, value)?.at(whole < -Number.MAX_SAFE_INTEGER + 1 ? Number.MAX_SAFE_INTEGER : whole);
}

const itemsIn = (run: Run, value: Value): readonly Value[] | undefined =>
  value instanceof List || value instanceof Tuple
    ? value.items
    : value instanceof Thing
      ? value.sequence(run)
      : undefined;

/** value[start:stop:step]. @throws TemplateFault for what cannot be sliced, and for bounds that are no whole numbers */
export function sliceOf(run: Run, value: Value, start: Value, stop: Value, step: Value): Value {
  if (value instanceof Undefined) throw failed(value.hint);
  const sequence = value instanceof Text ? undefined : itemsIn(run, value);
  if (!(value instanceof Text) && !sequence) throw failed(`'${typeName(value)}' object cannot be sliced`);
  const length = sequence ? sequence.length : (value as Text).length;
  for (const bound of [start, stop, step]) {
    if (bound instanceof Undefined) throw failed(bound.hint);
    if (bound !== null && typeof bound !== 'bigint' && typeof bound !== 'boolean') {
      throw failed('slice indices must be integers or None');
    }
  }
  const stride = step === null ? 1 : wholeOf('A step', step, 1);
  if (stride === 0) throw failed('slice step cannot be zero');
  const places = placesOf(length, start, stop, stride);
  if (!(value instanceof Text)) return sliceItems(run, value, sequence!, places);
  const whole = places.stride === 1 ? value.points(places.from, places.from + places.count) : pick(value, places);
  run.budget.text(whole.text.length);
  return whole;
}

interface Places {
  readonly from: number;
  readonly count: number;
  readonly stride: number;
}

/** Which places a slice takes, as Python's `slice.indices`. */
function placesOf(length: number, start: Value, stop: Value, stride: number): Places {
  const [least, most] = stride > 0 ? [0, length] : [-1, length - 1];
  const bound = (given: Value, byDefault: number): number => {
    if (given === null) return byDefault;
    const whole = wholeOf('A slice', given, 0);
    return Math.min(most, Math.max(least, whole < 0 ? whole + length : whole));
  };
  const from = bound(start, stride > 0 ? least : most);
  const to = bound(stop, stride > 0 ? most : least);
  return { from, count: Math.max(0, Math.ceil((to - from) / stride)), stride };
}

function pick(text: Text, { from, count, stride }: Places): Text {
  const parts: Text[] = [];
  for (let i = 0; i < count; i++) parts.push(text.points(from + i * stride, from + i * stride + 1));
  return Text.join(parts, text.markup);
}

function sliceItems(run: Run, value: Value, items: readonly Value[], { from, count, stride }: Places): Value {
  run.budget.list(count);
  const part =
    stride === 1 ? items.slice(from, from + count) : Array.from({ length: count }, (_, i) => items[from + i * stride]!);
  if (value instanceof List) return new List(part);
  if (value instanceof Tuple) return new Tuple(part);
  throw unsupported(`A slice of a ${typeName(value)}`);
}

/** Calls a value. @throws TemplateFault for what cannot be called. */
export function callValue(run: Run, callee: Value, args = NO_ARGUMENTS): Value {
  if (callee instanceof Undefined) throw failed(callee.hint);
  const result = callee instanceof Thing && callee.callable ? callee.call(run, args) : undefined;
  if (result === undefined) throw failed(`'${typeName(callee)}' object is not callable`);
  return result;
}
