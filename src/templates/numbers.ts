/** Python's numbers: their text, reading them, rounding to decimals exactly. */

import { failed } from './fault.ts';
import { stripped } from './unicode.ts';

/** Python refuses to write or read longer whole numbers. */
const MAX_DIGITS = 4300;

/** Text of a whole number. */
export function intText(value: bigint): string {
  const text = value.toString();
  if (text.length > MAX_DIGITS + 1) throw failed(`A number has more than ${MAX_DIGITS} digits`);
  return text;
}

/** Text of a float: the shortest that reads back as the same, as `repr` writes it. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const [mantissa, exponentText] = value.toExponential().split('e') as [string, string];
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) return `${mantissa}e${signed(exponent)}`;
  const text = value.toString();
  return text.includes('e') ? plain(mantissa, exponent) : text.includes('.') ? text : `${text}.0`;
}

/** An exponent with sign and two digits at least. */
export const signed = (exponent: number): string =>
  `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;

/** Mantissa and exponent without an exponent; -5 < exponent < 16. */
function plain(mantissa: string, exponent: number): string {
  const sign = mantissa.startsWith('-') ? '-' : '';
  const digits = mantissa.replace('-', '').replace('.', '');
  return exponent < 0
    ? `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
    : `${sign}${digits.slice(0, exponent + 1).padEnd(exponent + 1, '0')}.${digits.slice(exponent + 1) || '0'}`;
}

const DIGIT_PART = String.raw`\d+(?:_\d+)*`;
const FLOAT = new RegExp(
  String.raw`^[+-]?(?:${DIGIT_PART}\.?(?:${DIGIT_PART})?|\.${DIGIT_PART})(?:e[+-]?${DIGIT_PART})?$`,
  'i',
);
const SPECIAL = /^([+-]?)(inf|infinity|nan)$/i;

/** What `float(text)` gives, undefined where it raises. */
export function parseFloatText(source: string): number | undefined {
  const text = asciiDigits(stripped(source));
  const special = SPECIAL.exec(text);
  if (special) {
    const value = special[2]!.toLowerCase() === 'nan' ? Number.NaN : Number.POSITIVE_INFINITY;
    return special[1] === '-' ? -value : value;
  }
  return FLOAT.test(text) ? Number(text.replaceAll('_', '')) : undefined;
}

const PREFIXES: Readonly<Record<string, number>> = { x: 16, o: 8, b: 2 };

/** What `int(text, base)` gives, undefined where it raises. */
export function parseIntText(source: string, base: number): bigint | undefined {
  if (base !== 0 && (base < 2 || base > 36)) return undefined;
  const match = /^([+-]?)(.*)$/s.exec(asciiDigits(stripped(source)))!;
  let digits = match[2]!.toLowerCase();
  const prefixed = /^0([xob])_?(?=.)/.exec(digits);
  const prefixBase = prefixed ? PREFIXES[prefixed[1]!]! : 10;
  let radix = base;
  if (prefixed && (base === 0 || base === prefixBase)) {
    digits = digits.slice(prefixed[0].length);
    radix = prefixBase;
  } else if (base === 0) {
    if (/^0[0_]*[1-9]/.test(digits)) return undefined;
    radix = 10;
  }
  if (!/^[\da-z]+(?:_[\da-z]+)*$/.test(digits)) return undefined;
  digits = digits.replaceAll('_', '');
  const powerOfTwo = (radix & (radix - 1)) === 0;
  if (digits.length > (powerOfTwo ? 1 << 14 : MAX_DIGITS)) return undefined;
  let value = 0n;
  for (const digit of digits) {
    const weight = Number.parseInt(digit, 36);
    if (weight >= radix) return undefined;
    value = value * BigInt(radix) + BigInt(weight);
  }
  return match[1] === '-' ? -value : value;
}

/** Decimal digits of any script as ASCII ones. */
function asciiDigits(text: string): string {
  return text.replaceAll(/\p{Nd}/gu, (digit) => String(digitValue(digit)));
}

/** The value of a decimal digit: each script has its ten in a row. */
export function digitValue(digit: string): number {
  const point = digit.codePointAt(0)!;
  if (point < 0x80) return point - 0x30;
  // Mathematical digits: five rows without a gap.
  if (point >= 0x1d7ce && point <= 0x1d7ff) return (point - 0x1d7ce) % 10;
  let first = point;
  while (first > point - 10 && /\p{Nd}/u.test(String.fromCodePoint(first - 1))) first -= 1;
  return (point - first) % 10;
}

/** value * 10^digits, rounded to a whole number exactly, ties to even. `value` is finite. */
export function scaled(value: number, digits: number): bigint {
  const [numerator, denominator] = ratio(value);
  const power = 10n ** BigInt(Math.abs(digits));
  return digits >= 0 ? divideToEven(numerator * power, denominator) : divideToEven(numerator, denominator * power);
}

/** A finite float as a fraction with a positive power of two below. */
export function ratio(value: number): readonly [numerator: bigint, denominator: bigint] {
  let exponent = 0;
  let mantissa = value;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    exponent += 1;
  }
  return [BigInt(mantissa), 1n << BigInt(exponent)];
}

/** a / b rounded to a whole number, ties to even; b > 0. */
export function divideToEven(a: bigint, b: bigint): bigint {
  const floor = floorDivide(a, b);
  const twice = 2n * (a - floor * b);
  if (twice < b || (twice === b && floor % 2n === 0n)) return floor;
  return floor + 1n;
}

/** a // b; b is not 0. */
export function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

/** A whole number as a float. @throws TemplateFault where Python overflows. */
export function toFloat(value: bigint | number | boolean): number {
  const float = Number(value);
  if (typeof value === 'bigint' && !Number.isFinite(float)) throw failed('A whole number is too large for a float');
  return float;
}
