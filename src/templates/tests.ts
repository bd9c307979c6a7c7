/** Jinja's tests: what stands behind `is`. */

import { OPERATIONS } from './arithmetic.ts';
import { bind, signature, type Arguments } from './arguments.ts';
import { equals, isNumeric, keyOf, order } from './compare.ts';
import { unsupported } from './fault.ts';
import { FILTERS } from './filters/index.ts';
import { contains, iteratorOf, lengthOf } from './iterate.ts';
import { strOf } from './show.ts';
import { Text } from './text.ts';
import { TEXT_TESTS } from './text-tests.ts';
import { Dict, List, Thing, Tuple, Undefined, type Value } from './values.ts';
import type { Run } from './run.ts';

type Test = (run: Run, value: Value, args: Arguments) => boolean;

function test(
  name: string,
  parameters: string,
  call: (run: Run, value: Value, other: Value) => boolean,
): [string, Test] {
  const expected = signature(parameters);
  return [name, (run, value, args) => call(run, value, bind(`The test '${name}'`, expected, args)[0] ?? null)];
}

const plain = (name: string, call: (value: Value, run: Run) => boolean): [string, Test] =>
  test(name, '', (run, value) => call(value, run));
const aliases = (names: string, call: (run: Run, value: Value, other: Value) => boolean): [string, Test][] =>
  names.split(' ').map((name) => test(name, 'other /', call));

const remainderIs =
  (wanted: bigint) =>
  (value: Value, run: Run): boolean =>
    equals(run, OPERATIONS['%']!(run, value, 2n), wanted);
const isWhole = (value: Value): boolean => typeof value === 'bigint';

/** Whether both are one object. Of equal texts and larger numbers only CPython's memory knows. */
function same(run: Run, a: Value, b: Value): boolean {
  if (a === null || b === null || typeof a === 'boolean' || typeof b === 'boolean') return a === b;
  const small = isWhole(a) && (a as bigint) >= -5n && (a as bigint) <= 256n;
  if (a === b && (typeof a === 'object' || small)) return true;
  const immutable = typeof a !== 'object' || a instanceof Text || a instanceof Tuple;
  if (immutable && typeof a === typeof b && equals(run, a, b))
    throw unsupported("'sameas' of equal texts, numbers or tuples");
  return false;
}

function isSequence(run: Run, value: Value): boolean {
  if (value instanceof Text || value instanceof List || value instanceof Tuple) return true;
  if (value instanceof Dict || value instanceof Undefined) return true;
  return value instanceof Thing && lengthOf(run, value) !== undefined && value.sequence(run) !== undefined;
}

const named = (run: Run, value: Value, names: ReadonlyMap<string, unknown>): boolean =>
  keyOf(run, value) !== '' && value instanceof Text && names.has(value.text);

export const TESTS: ReadonlyMap<string, Test> = new Map<string, Test>([
  plain('odd', remainderIs(1n)),
  plain('even', remainderIs(0n)),
  test('divisibleby', 'num', (run, value, other) => equals(run, OPERATIONS['%']!(run, value, other), 0n)),
  plain('defined', (value) => !(value instanceof Undefined)),
  plain('undefined', (value) => value instanceof Undefined),
  plain('filter', (value, run) => named(run, value, FILTERS)),
  plain('test', (value, run) => named(run, value, TESTS)),
  plain('none', (value) => value === null),
  plain('boolean', (value) => typeof value === 'boolean'),
  plain('false', (value) => value === false),
  plain('true', (value) => value === true),
  plain('integer', isWhole),
  plain('float', (value) => typeof value === 'number'),
  plain('lower', (value, run) => TEXT_TESTS['islower']!(strOf(run, value).text)),
  plain('upper', (value, run) => TEXT_TESTS['isupper']!(strOf(run, value).text)),
  plain('string', (value) => value instanceof Text),
  plain('mapping', (value) => value instanceof Dict),
  plain('number', isNumeric),
  plain('sequence', (value, run) => isSequence(run, value)),
  plain('iterable', (value, run) => iteratorOf(run, value) !== undefined),
  plain('callable', (value) => value instanceof Undefined || (value instanceof Thing && value.callable)),
  plain('escaped', (value) => value instanceof Text && value.markup),
  test('sameas', 'other', same),
  test('in', 'seq', (run, value, other) => contains(run, other, value)),
  ...aliases('== eq equalto', equals),
  ...aliases('!= ne', (run, value, other) => !equals(run, value, other)),
  ...aliases('> gt greaterthan', (run, value, other) => order(run, value, other) > 0),
  ...aliases('>= ge', (run, value, other) => order(run, value, other) >= 0),
  ...aliases('< lt lessthan', (run, value, other) => order(run, value, other) < 0),
  ...aliases('<= le', (run, value, other) => order(run, value, other) <= 0),
]);
