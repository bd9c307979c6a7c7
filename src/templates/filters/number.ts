/** Filters of numbers. */

import { wholeOf } from '../arguments.ts';
import { OPERATIONS, roundTo } from '../arithmetic.ts';
import { isNumeric } from '../compare.ts';
import { failed } from '../fault.ts';
import { floatDigits } from '../format-spec.ts';
import { parseFloatText, parseIntText, toFloat } from '../numbers.ts';
import { Text } from '../text.ts';
import { truth, typeName, Undefined, type Value } from '../values.ts';
import { filter, type Bound, type Filter } from './define.ts';
import type { Run } from '../run.ts';

function abs(_run: Run, value: Value): Value {
  if (value instanceof Undefined) throw failed(value.hint);
  if (!isNumeric(value)) throw failed(`bad operand type for abs(): '${typeName(value)}'`);
  if (typeof value === 'number') return Math.abs(value);
  const whole = BigInt(value);
  return whole < 0n ? -whole : whole;
}

function toInt(run: Run, value: Value, [byDefault = 0n, base]: Bound): Value {
  if (value instanceof Undefined) throw failed(value.hint);
  if (value instanceof Text) {
    run.budget.text(value.text.length);
    const whole = parseIntText(value.text, wholeOf('int', base, 10));
    if (whole !== undefined) return whole;
    const float = parseFloatText(value.text);
    return float !== undefined && Number.isFinite(float) ? BigInt(Math.trunc(float)) : byDefault;
  }
  if (!isNumeric(value)) return byDefault;
  if (typeof value !== 'number') return BigInt(value);
  if (Number.isNaN(value)) return byDefault;
  if (!Number.isFinite(value)) throw failed('cannot convert float infinity to integer');
  return BigInt(Math.trunc(value));
}

/** float(value), undefined where Python raises TypeError or ValueError. */
function asFloat(run: Run, value: Value): number | undefined {
  if (value instanceof Undefined) throw failed(value.hint);
  if (isNumeric(value)) return toFloat(value);
  if (!(value instanceof Text)) return undefined;
  run.budget.text(value.text.length);
  return parseFloatText(value.text);
}

function round(run: Run, value: Value, [precision = 0n, method]: Bound): Value {
  const way = method === undefined ? 'common' : method instanceof Text ? method.text : '';
  if (way === 'common') {
    return precision === null ? roundWhole(run, value) : roundTo(run, value, wholeOf('round', precision, 0));
  }
  if (way !== 'ceil' && way !== 'floor') throw failed('method must be common, ceil or floor');
  const power = OPERATIONS['**']!(run, 10n, precision);
  const lifted = OPERATIONS['*']!(run, value, power);
  const whole =
    typeof lifted === 'number' ? wholeFloat(way === 'ceil' ? Math.ceil(lifted) : Math.floor(lifted)) : lifted;
  return OPERATIONS['/']!(run, whole, power);
}

const roundWhole = (run: Run, value: Value): Value => {
  const rounded = roundTo(run, value, 0);
  return typeof rounded === 'number' ? wholeFloat(rounded) : rounded;
};

function wholeFloat(value: number): bigint {
  if (!Number.isFinite(value)) throw failed('cannot convert float infinity or NaN to integer');
  return BigInt(value);
}

const UNITS = 'kMGTPEZY';

function fileSize(run: Run, value: Value, [binary = false]: Bound): Text {
  const bytes = asFloat(run, value);
  if (bytes === undefined) throw failed(`filesizeformat wants a number, not ${typeName(value)}`);
  const isBinary = truth(run, binary);
  const base = isBinary ? 1024 : 1000;
  if (bytes === 1) return new Text('1 Byte');
  if (bytes < base) return new Text(`${wholeFloat(Math.trunc(bytes))} Bytes`);
  if (!Number.isFinite(bytes)) throw failed('filesizeformat wants a finite number');
  let step = 0;
  while (step < UNITS.length - 1 && bytes >= base ** (step + 2)) step += 1;
  const size = floatDigits((base * bytes) / base ** (step + 2), 'f', 1);
  const prefix = isBinary ? `${UNITS[step]!.toUpperCase()}i` : UNITS[step]!;
  return new Text(`${size} ${prefix}B`);
}

export const NUMBER_FILTERS: readonly (readonly [string, Filter])[] = [
  filter('abs', '', abs),
  filter('int', 'default= base=', toInt),
  filter('float', 'default=', (run, value, [byDefault = 0]) => asFloat(run, value) ?? byDefault),
  filter('round', 'precision= method=', round),
  filter('filesizeformat', 'binary=', fileSize),
];
