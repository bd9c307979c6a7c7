/** Python's values. Whole numbers are bigint, floats are number; `bool` is boolean and None is null. */

import { Text } from './text.ts';
import type { Run } from './run.ts';
import type { Arguments } from './arguments.ts';

export type Value = null | boolean | bigint | number | Text | Undefined | List | Tuple | Dict | Thing;

/** Jinja's Undefined: a name or key that is not there. */
export class Undefined {
  /** What is missing, for errors: "'foo' is undefined". */
  readonly hint: string;

  constructor(hint: string) {
    this.hint = hint;
  }
}

export class List {
  readonly items: readonly Value[];

  constructor(items: readonly Value[]) {
    this.items = items;
  }
}

export class Tuple {
  readonly items: readonly Value[];
  /** Names of the items, for the tuples of `groupby`. */
  readonly names: readonly string[];

  constructor(items: readonly Value[], names: readonly string[] = []) {
    this.items = items;
    this.names = names;
  }
}

/** Python's dict: keys by value, in the order of their first setting. `keyOf` of compare.ts makes the map's keys. */
export class Dict {
  readonly entries: Map<string, readonly [key: Value, value: Value]>;

  constructor(entries: Map<string, readonly [Value, Value]> = new Map()) {
    this.entries = entries;
  }
}

/** Any other object: what it can do is what it overrides. */
export abstract class Thing {
  /** Python's name of its type, for errors. */
  abstract readonly type: string;

  /** Python's text of it; undefined when that holds an address of memory. */
  show(_run: Run): Text | undefined {
    return undefined;
  }

  attribute(_run: Run, _name: string): Value | undefined {
    return undefined;
  }

  iterate(_run: Run): Iterator<Value> | undefined {
    return undefined;
  }

  size(_run: Run): number | undefined {
    return undefined;
  }

  /** Its items, where it can be indexed by whole numbers. */
  sequence(_run: Run): readonly Value[] | undefined {
    return undefined;
  }

  get callable(): boolean {
    return false;
  }

  call(_run: Run, _args: Arguments): Value | undefined {
    return undefined;
  }
}

/** A built-in function or method. */
export class Builtin extends Thing {
  override readonly type = 'builtin_function_or_method';
  readonly #call: (run: Run, args: Arguments) => Value;

  constructor(call: (run: Run, args: Arguments) => Value) {
    super();
    this.#call = call;
  }

  override get callable(): boolean {
    return true;
  }

  override call(run: Run, args: Arguments): Value {
    return this.#call(run, args);
  }
}

/** What is gone through once: Python's generators and iterators. */
export class Once extends Thing {
  override readonly type: string;
  readonly #iterator: Iterator<Value>;

  constructor(iterator: Iterator<Value>, type = 'generator') {
    super();
    this.#iterator = iterator;
    this.type = type;
  }

  override iterate(): Iterator<Value> {
    return this.#iterator;
  }
}

/** Python's name of a value's type. */
export function typeName(value: Value): string {
  if (value === null) return 'NoneType';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return 'float';
  if (value instanceof Text) return value.markup ? 'Markup' : 'str';
  if (value instanceof List) return 'list';
  if (value instanceof Tuple) return 'tuple';
  if (value instanceof Dict) return 'dict';
  if (value instanceof Undefined) return 'Undefined';
  return value.type;
}

/** Whether Python takes the value for true. */
export function truth(run: Run, value: Value): boolean {
  if (value === null || value instanceof Undefined) return false;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return value !== 0n;
  if (typeof value === 'number') return value !== 0;
  if (value instanceof Text) return value.text !== '';
  if (value instanceof List || value instanceof Tuple) return value.items.length > 0;
  if (value instanceof Dict) return value.entries.size > 0;
  return value.size(run) !== 0;
}
