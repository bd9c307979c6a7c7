/** The methods of lists, tuples, dicts and numbers that Jinja's sandbox lets through. */

import { bind, signature, wholeOf, type Arguments } from './arguments.ts';
import { equals, valueAt } from './compare.ts';
import { DictView } from './dict-view.ts';
import { failed, unsupported } from './fault.ts';
import { Builtin, Dict, List, Tuple, Undefined, type Value } from './values.ts';
import type { Run } from './run.ts';

type Method<T> = (run: Run, self: T, args: readonly (Value | undefined)[]) => Value;

function methods<T>(table: Readonly<Record<string, readonly [parameters: string, call: Method<T>]>>) {
  const read = new Map(
    Object.entries(table).map(([name, [text, call]]) => [name, { expected: signature(text), call }]),
  );
  return (self: T, name: string): Builtin | undefined => {
    const found = read.get(name);
    if (!found) return undefined;
    const { expected, call } = found;
    return new Builtin((run: Run, args: Arguments) => call(run, self, bind(`${name}()`, expected, args)));
  };
}

type Sequence = List | Tuple;

function indexOf(run: Run, { items }: Sequence, [value, start, end]: readonly (Value | undefined)[]): bigint {
  const place = (given: Value | undefined, byDefault: number): number => {
    const whole = wholeOf('index()', given, byDefault);
    return whole < 0 ? Math.max(0, whole + items.length) : whole;
  };
  const to = Math.min(items.length, place(end, items.length));
  for (let i = place(start, 0); i < to; i++) if (equals(run, items[i]!, value!)) return BigInt(i);
  throw failed('The value is not in the list');
}

const sequenceMethods = {
  index: ['value start= stop= /', indexOf],
  count: ['value /', (run, { items }, [value]) => BigInt(items.filter((item) => equals(run, item, value!)).length)],
} satisfies Record<string, readonly [string, Method<Sequence>]>;

const ofList = methods<List>({ ...sequenceMethods, copy: ['/', (_, { items }) => new List(items)] });
const ofTuple = methods<Tuple>(sequenceMethods);

function getFrom(run: Run, dict: Dict, [key, byDefault = null]: readonly (Value | undefined)[]): Value {
  const found = valueAt(run, dict, key!);
  return found === undefined ? byDefault : found;
}

const ofDict = methods<Dict>({
  get: ['key default= /', getFrom],
  keys: ['/', (_, self) => new DictView(self, 'keys')],
  values: ['/', (_, self) => new DictView(self, 'values')],
  items: ['/', (_, self) => new DictView(self, 'items')],
  copy: ['/', (_, { entries }) => new Dict(entries)],
});

const ofInt = methods<bigint>({
  bit_length: ['/', (_, value) => BigInt(value === 0n ? 0 : (value < 0n ? -value : value).toString(2).length)],
  bit_count: ['/', (_, value) => BigInt((value < 0n ? -value : value).toString(2).replaceAll('0', '').length)],
  conjugate: ['/', (_, value) => value],
});
const ofFloat = methods<number>({
  is_integer: ['/', (_, value) => Number.isInteger(value)],
  conjugate: ['/', (_, value) => value],
});

/** What would change a list or dict: the sandbox answers as if it were not there. */
const CHANGING = {
  list: new Set(['append', 'clear', 'pop', 'reverse', 'insert', 'sort', 'extend', 'remove']),
  dict: new Set(['clear', 'pop', 'popitem', 'setdefault', 'update']),
};
const WITHOUT = {
  int: new Set(['to_bytes', 'from_bytes', 'as_integer_ratio']),
  float: new Set(['as_integer_ratio', 'fromhex', 'hex']),
};

const unsafe = (what: string, name: string): Undefined =>
  new Undefined(`Access to attribute '${name}' of a ${what} is unsafe`);

/** The attribute of this name; undefined where the type has none. */
export function containerAttribute(value: Value, name: string): Value | undefined {
  if (value instanceof List) return CHANGING.list.has(name) ? unsafe('list', name) : ofList(value, name);
  if (value instanceof Dict) {
    if (CHANGING.dict.has(name)) return unsafe('dict', name);
    if (name === 'fromkeys') throw unsupported("'dict.fromkeys'");
    return ofDict(value, name);
  }
  if (value instanceof Tuple) {
    const named = value.names.indexOf(name);
    return named >= 0 ? value.items[named] : ofTuple(value, name);
  }
  if (typeof value === 'number') return floatAttribute(value, name);
  return typeof value === 'bigint' || typeof value === 'boolean' ? intAttribute(BigInt(value), name) : undefined;
}

function intAttribute(value: bigint, name: string): Value | undefined {
  if (WITHOUT.int.has(name)) throw unsupported(`'int.${name}'`);
  if (name === 'real' || name === 'numerator') return value;
  if (name === 'imag') return 0n;
  return name === 'denominator' ? 1n : ofInt(value, name);
}

function floatAttribute(value: number, name: string): Value | undefined {
  if (WITHOUT.float.has(name)) throw unsupported(`'float.${name}'`);
  if (name === 'real') return value;
  return name === 'imag' ? 0 : ofFloat(value, name);
}
