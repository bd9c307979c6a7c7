/** Arguments of calls, bound to the parameters of built-ins as Python binds them. */

import { failed } from './fault.ts';
import { Text } from './text.ts';
import { typeName, Undefined, type Value } from './values.ts';
import type { Run } from './run.ts';

export interface Arguments {
  readonly positional: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
}

export const NO_ARGUMENTS: Arguments = { positional: [], named: new Map() };

/** The name of an argument as a value: given where any argument of this name was. */
export const nameText = (run: Run, name: string): Text =>
  run.givenNames.has(name) ? Text.given(name) : new Text(name);

/** The parameters of a built-in. */
export interface Signature {
  readonly names: readonly string[];
  readonly required: number;
  /** They cannot be given by name. */
  readonly unnamed: boolean;
}

/** Reads a signature: 'width= fillchar= /' has two optional parameters that are given by place only. */
export function signature(text: string): Signature {
  const words = text.split(' ').filter((word) => word !== '' && word !== '/');
  return {
    names: words.map((word) => word.replace('=', '')),
    required: words.filter((word) => !word.endsWith('=')).length,
    unnamed: text.endsWith('/'),
  };
}

/** The arguments by the places of their parameters, undefined where one was left out. @throws TemplateFault */
export function bind(what: string, { names, required, unnamed }: Signature, args: Arguments): (Value | undefined)[] {
  const { positional, named } = args;
  if (positional.length > names.length) {
    throw failed(`${what} takes at most ${names.length} arguments, not ${positional.length}`);
  }
  const bound: (Value | undefined)[] = names.map((_, i) => positional[i]);
  for (const [name, value] of named) {
    const place = unnamed ? -1 : names.indexOf(name);
    if (place < 0) throw failed(`${what} takes no argument '${name}'`);
    if (bound[place] !== undefined) throw failed(`${what} got the argument '${name}' twice`);
    bound[place] = value;
  }
  const missing = names.findIndex((_, i) => i < required && bound[i] === undefined);
  if (missing >= 0) throw failed(`${what} needs the argument '${names[missing]}'`);
  return bound;
}

/** A whole number that fits JavaScript's, or the default where the argument was left out. */
export function wholeOf(what: string, value: Value | undefined, byDefault: number): number {
  if (value === undefined) return byDefault;
  if (typeof value === 'boolean') return Number(value);
  if (typeof value !== 'bigint') throw wrongType(what, 'a whole number', value);
  // Beyond these no text or list has a place; Python's own bound is close to them.
  const most = BigInt(Number.MAX_SAFE_INTEGER);
  return Number(value > most ? most : value < -most ? -most : value);
}

/** As wholeOf, where None stands for the default too. */
export const wholeOrNone = (what: string, value: Value | undefined, byDefault: number): number =>
  wholeOf(what, value === null ? undefined : value, byDefault);

/** A text, or the default where the argument was left out. */
export function textOf(what: string, value: Value | undefined, byDefault?: Text): Text {
  if (value === undefined && byDefault) return byDefault;
  if (value instanceof Text) return value;
  throw wrongType(what, 'a text', value);
}

export const wrongType = (what: string, wanted: string, value: Value | undefined): Error =>
  failed(
    value instanceof Undefined
      ? value.hint
      : `${what} wants ${wanted}, not ${value === undefined ? 'nothing' : typeName(value)}`,
  );
