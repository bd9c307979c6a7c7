/** Python's arithmetic, with its texts and lists. */

import { isNumeric } from './compare.ts';
import { failed, unsupported } from './fault.ts';
import { formatPercent } from './format-percent.ts';
import { escapeHtml } from './html.ts';
import { divideToEven, floorDivide, scaled, toFloat } from './numbers.ts';
import { Text } from './text.ts';
import { List, Tuple, typeName, Undefined, type Value } from './values.ts';
import type { Run } from './run.ts';

type Operation = (run: Run, a: Value, b: Value) => Value;
type Whole = boolean | bigint;
const isWhole = (value: Value): value is Whole => typeof value === 'boolean' || typeof value === 'bigint';

const wrong = (operator: string, a: Value, b: Value): Error => {
  for (const value of [a, b]) if (value instanceof Undefined) return failed(value.hint);
  return failed(`unsupported operand type(s) for ${operator}: '${typeName(a)}' and '${typeName(b)}'`);
};

/** An operation on numbers: whole ones give a whole one, others a float. */
function numeric(
  operator: string,
  onWhole: (a: bigint, b: bigint, run: Run) => Value,
  onFloats: (a: number, b: number) => Value,
): Operation {
  return (run, a, b) => {
    if (!isNumeric(a) || !isNumeric(b)) throw wrong(operator, a, b);
    return isWhole(a) && isWhole(b) ? onWhole(BigInt(a), BigInt(b), run) : onFloats(toFloat(a), toFloat(b));
  };
}

const bitsOf = (value: bigint): number => value.toString(16).length * 4;

const addNumbers = numeric(
  '+',
  (a, b) => a + b,
  (a, b) => a + b,
);
const multiplyNumbers = numeric(
  '*',
  (a, b, run) => {
    if (a > MOST_PLAIN || b > MOST_PLAIN || a < -MOST_PLAIN || b < -MOST_PLAIN)
      run.budget.number(bitsOf(a) + bitsOf(b));
    return a * b;
  },
  (a, b) => a * b,
);
const MOST_PLAIN = 1n << 53n;

const add: Operation = (run, a, b) => {
  if (a instanceof Text && b instanceof Text) {
    const markup = a.markup || b.markup;
    const parts = markup ? [escapeHtml(run, a), escapeHtml(run, b)] : [a, b];
    run.budget.text(parts[0]!.text.length + parts[1]!.text.length);
    return Text.join(parts, markup);
  }
  if (a instanceof List && b instanceof List) return new List(chained(run, a.items, b.items));
  if (a instanceof Tuple && b instanceof Tuple) return new Tuple(chained(run, a.items, b.items));
  return addNumbers(run, a, b);
};

function chained(run: Run, a: readonly Value[], b: readonly Value[]): readonly Value[] {
  run.budget.list(a.length + b.length);
  return [...a, ...b];
}

const multiply: Operation = (run, a, b) => {
  const [sequence, count] = isWhole(a) ? [b, a] : [a, b];
  if (!isWhole(count) || isNumeric(sequence)) return multiplyNumbers(run, a, b);
  const times = Math.max(0, Number(count));
  if (sequence instanceof Text) {
    run.budget.text(sequence.text.length * times);
    const marks = sequence.marks?.repeat(times) ?? null;
    return new Text(sequence.text.repeat(times), marks, sequence.markup);
  }
  if (sequence instanceof List || sequence instanceof Tuple) {
    run.budget.list(sequence.items.length * times);
    const items = Array.from({ length: times }, () => sequence.items).flat();
    return sequence instanceof List ? new List(items) : new Tuple(items);
  }
  return multiplyNumbers(run, a, b);
};

const divide = numeric(
  '/',
  (a, b) => {
    if (b === 0n) throw failed('division by zero');
    return divideWhole(a, b);
  },
  (a, b) => {
    if (b === 0) throw failed('float division by zero');
    return a / b;
  },
);

/** a / b as the nearest float. */
function divideWhole(a: bigint, b: bigint): number {
  const [x, y] = [Number(a), Number(b)];
  if (Number.isSafeInteger(x) && Number.isSafeInteger(y)) return x / y;
  if (a === 0n) return b < 0n ? -0 : 0;
  const [top, bottom] = b < 0n ? [-a, -b] : [a, b];
  // So many bits that rounding them to a float is the only rounding.
  const shift = BigInt(Math.max(0, bitsOf(bottom) - bitsOf(top) + 72));
  const sticky = (top << shift) % bottom === 0n ? 0n : 1n;
  const quotient = ((top << shift) / bottom) * 2n;
  const result = Number(quotient < 0n || top < 0n ? quotient - sticky : quotient + sticky) / 2;
  const value = Number(shift) > 1000 ? result / 2 ** 900 / 2 ** (Number(shift) - 900) : result / 2 ** Number(shift);
  if (!Number.isFinite(value)) throw failed('integer division result too large for a float');
  return value;
}

/** Python's divmod of floats. */
function divideFloats(a: number, b: number): readonly [quotient: number, remainder: number] {
  let remainder = a % b;
  let quotient = (a - remainder) / b;
  if (remainder !== 0) {
    if (b < 0 !== remainder < 0) {
      remainder += b;
      quotient -= 1;
    }
  } else remainder = b < 0 ? -0 : 0;
  if (quotient === 0) return [a / b < 0 || Object.is(a / b, -0) ? -0 : 0, remainder];
  const floor = Math.floor(quotient);
  return [quotient - floor > 0.5 ? floor + 1 : floor, remainder];
}

const floorDivision = numeric(
  '//',
  (a, b) => {
    if (b === 0n) throw failed('integer division or modulo by zero');
    return floorDivide(a, b);
  },
  (a, b) => {
    if (b === 0) throw failed('float floor division by zero');
    return divideFloats(a, b)[0];
  },
);

const moduloNumbers = numeric(
  '%',
  (a, b) => {
    if (b === 0n) throw failed('integer modulo by zero');
    return a - floorDivide(a, b) * b;
  },
  (a, b) => {
    if (b === 0) throw failed('float modulo by zero');
    return divideFloats(a, b)[1];
  },
);

const modulo: Operation = (run, a, b) => (a instanceof Text ? formatPercent(run, a, b) : moduloNumbers(run, a, b));

const power = numeric(
  '**',
  (a, b, run) => {
    if (b < 0n) {
      if (a === 0n) throw failed('0.0 cannot be raised to a negative power');
      return toFloat(a) ** toFloat(b);
    }
    if (a > 1n || a < -1n) run.budget.number(bitsOf(a) * Number(b));
    return a ** (a > 1n || a < -1n ? b : b % 2n === 0n && b > 0n ? 2n : b > 0n ? 1n : 0n);
  },
  (a, b) => {
    if (a === 0 && b < 0) throw failed('0.0 cannot be raised to a negative power');
    if (a < 0 && Number.isFinite(a) && Number.isFinite(b) && !Number.isInteger(b))
      throw unsupported('A complex number');
    const result = a === 1 || (a === -1 && !Number.isFinite(b) && !Number.isNaN(b)) ? 1 : a ** b;
    if (!Number.isFinite(result) && Number.isFinite(a) && Number.isFinite(b)) throw failed('A power is too large');
    return result;
  },
);

const subtract = numeric(
  '-',
  (a, b) => a - b,
  (a, b) => a - b,
);

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  '+': add,
  '-': subtract,
  '*': multiply,
  '/': divide,
  '//': floorDivision,
  '%': modulo,
  '**': power,
};

/** -value or +value */
export function signedValue(value: Value, sign: '-' | '+'): Value {
  if (value instanceof Undefined) throw failed(value.hint);
  if (!isNumeric(value)) throw failed(`bad operand type for unary ${sign}: '${typeName(value)}'`);
  if (typeof value === 'number') return sign === '-' ? -value : value;
  return sign === '-' ? -BigInt(value) : BigInt(value);
}

/** round(value, digits) of a float or a whole number: halves to even, by the exact value. */
export function roundTo(run: Run, value: Value, digits: number): Value {
  if (value instanceof Undefined) throw failed(value.hint);
  if (!isNumeric(value)) throw failed(`type ${typeName(value)} doesn't define __round__ method`);
  if (typeof value !== 'number') {
    if (digits >= 0) return BigInt(value);
    run.budget.number(-4 * digits);
    const unit = 10n ** BigInt(-digits);
    return divideToEven(BigInt(value), unit) * unit;
  }
  if (!Number.isFinite(value) || digits > 323) return value;
  if (digits < -308) return value < 0 ? -0 : 0;
  return roundFloat(value, digits);
}

function roundFloat(value: number, digits: number): number {
  // The text of the exactly rounded decimal, read as a float.
  const rounded = Number(`${scaled(value, digits)}e${-digits}`);
  if (!Number.isFinite(rounded)) throw failed('rounded value too large to represent');
  return rounded === 0 && (value < 0 || Object.is(value, -0)) ? -0 : rounded;
}
