/** Python's format specifications: what stands behind the colon in '{:>10.2f}'. */

import { isNumeric } from './compare.ts';
import { failed, unsupported } from './fault.ts';
import { floatText, intText, scaled, signed, toFloat } from './numbers.ts';
import { strOf } from './show.ts';
import { Text } from './text.ts';
import { typeName, Undefined, type Value } from './values.ts';
import type { Run } from './run.ts';

interface Spec {
  readonly fill: string;
  readonly align: string;
  readonly sign: string;
  readonly alternate: boolean;
  readonly zero: boolean;
  readonly width: number;
  readonly grouping: string;
  readonly precision: number | undefined;
  readonly type: string;
}

const SPEC = /^(?:(.)?([<>=^]))?([-+ ])?(z)?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/su;
const MAX_PRECISION = 1000;

/** format(value, spec) */
export function formatValue(run: Run, value: Value, spec: string): Text {
  if (spec === '') return strOf(run, value);
  if (!(value instanceof Text) && !isNumeric(value)) {
    if (value instanceof Undefined) throw unsupported('A format of an undefined value');
    throw failed(`unsupported format string passed to ${typeName(value)}.__format__`);
  }
  const read = readSpec(spec);
  run.budget.text(read.width);
  if (value instanceof Text) return formatText(run, value, read);
  return padNumber(formatNumber(value, read), read, run);
}

function readSpec(source: string): Spec {
  const match = SPEC.exec(source);
  if (!match) throw failed(`Invalid format specifier '${source}'`);
  if (match[4] !== undefined) throw unsupported("The format option 'z'");
  if (match[10] === 'c' && (match[3] ?? match[5]) !== undefined) throw failed("A sign or # is not allowed with 'c'");
  const [, fill, align, sign = '-', , alternate, zero, width, grouping = '', precision, type = ''] = match;
  if (Number(precision ?? 0) > MAX_PRECISION) throw unsupported(`A precision of more than ${MAX_PRECISION}`);
  return {
    fill: fill ?? (zero ? '0' : ' '),
    align: align ?? '',
    sign,
    alternate: alternate !== undefined,
    zero: zero !== undefined,
    width: Number(width ?? 0),
    grouping,
    precision: precision === undefined ? undefined : Number(precision),
    type,
  };
}

function formatText(run: Run, value: Text, spec: Spec): Text {
  if (spec.type !== '' && spec.type !== 's')
    throw failed(`Unknown format code '${spec.type}' for object of type 'str'`);
  if (spec.sign !== '-' || spec.alternate || spec.grouping !== '' || spec.align === '=') {
    throw failed('This format is for numbers, not for a text');
  }
  const text = spec.precision === undefined ? value : value.points(0, Math.min(spec.precision, value.length));
  return pad(run, text, spec, spec.align === '' ? '<' : spec.align);
}

function pad(run: Run, text: Text, { fill, width }: Spec, align: string): Text {
  const missing = Math.max(0, width - text.length);
  run.budget.text(text.text.length + missing * fill.length);
  const left = align === '<' ? 0 : align === '^' ? Math.floor(missing / 2) : missing;
  return Text.join([new Text(fill.repeat(left)), text, new Text(fill.repeat(missing - left))]);
}

/** A number's sign (with a prefix such as 0x), digits and what follows them. */
interface Digits {
  readonly sign: string;
  readonly prefix: string;
  readonly whole: string;
  readonly rest: string;
}

function padNumber({ sign, prefix, whole, rest }: Digits, spec: Spec, run: Run): Text {
  const { grouping, fill, width } = spec;
  const align = spec.align === '' ? (spec.zero ? '=' : '>') : spec.align;
  const size = /[boxX]/.test(spec.type) ? 4 : 3;
  const head = sign + prefix;
  let digits = grouping === '' ? whole : grouped(whole, size, grouping);
  if (align === '=') {
    const room = width - head.length - rest.length;
    if (grouping !== '' && fill === '0') {
      let count = Math.max(whole.length, room - Math.floor(room / (size + 1)) - 1);
      while (count + Math.floor((count - 1) / size) < room) count += 1;
      digits = grouped(whole.padStart(count, '0'), size, grouping);
    } else digits = fill.repeat(Math.max(0, room - digits.length)) + digits;
    return new Text(head + digits + rest);
  }
  return pad(run, new Text(head + digits + rest), spec, align);
}

function grouped(digits: string, size: number, mark: string): string {
  const groups: string[] = [];
  for (let end = digits.length; end > 0; end -= size) groups.push(digits.slice(Math.max(0, end - size), end));
  return groups.toReversed().join(mark);
}

function formatNumber(value: boolean | bigint | number, spec: Spec): Digits {
  const { type } = spec;
  if (typeof value === 'number' && /[bcdoxX]/.test(type)) {
    throw failed(`Unknown format code '${type}' for object of type 'float'`);
  }
  if (spec.grouping !== '' && (/[cn]/.test(type) || (spec.grouping === ',' && /[boxX]/.test(type)))) {
    throw failed(`Cannot specify '${spec.grouping}' with '${type}'.`);
  }
  // In the locale C a number's own format has no groups.
  if (type === 'n') return formatNumber(value, { ...spec, type: typeof value === 'number' ? 'g' : 'd' });
  if (typeof value === 'number' || /[eEfFgG%]/.test(type)) return formatFloat(toFloat(value), spec);
  return formatWhole(BigInt(value), spec);
}

const RADIX: Readonly<Record<string, number>> = { b: 2, o: 8, x: 16, X: 16, d: 10, '': 10 };

function formatWhole(value: bigint, spec: Spec): Digits {
  const { type } = spec;
  if (spec.precision !== undefined) throw failed('Precision not allowed in integer format specifier');
  if (type === 'c') return { sign: '', prefix: '', whole: characterOf(value), rest: '' };
  const radix = RADIX[type];
  if (radix === undefined) throw failed(`Unknown format code '${type}' for object of type 'int'`);
  const magnitude = value < 0n ? -value : value;
  const digits = radix === 10 ? intText(magnitude) : magnitude.toString(radix);
  const prefix = spec.alternate && radix !== 10 ? `0${type}` : '';
  return { ...signOf(value < 0n, spec, { whole: type === 'X' ? digits.toUpperCase() : digits, rest: '' }), prefix };
}

export function characterOf(value: bigint): string {
  if (value < 0n || value > 0x10ffffn) throw failed('%c arg not in range(0x110000)');
  if (value >= 0xd800n && value < 0xe000n) throw unsupported('Half a character');
  return String.fromCodePoint(Number(value));
}

const signOf = (negative: boolean, { sign }: Spec, digits: Pick<Digits, 'whole' | 'rest'>): Digits => ({
  sign: negative ? '-' : sign === '-' ? '' : sign,
  prefix: '',
  ...digits,
});

function formatFloat(value: number, spec: Spec): Digits {
  const { type } = spec;
  const negative = value < 0 || Object.is(value, -0);
  if (!Number.isFinite(value)) {
    const word = Number.isNaN(value) ? 'nan' : 'inf';
    const rest = (/[EFG]/.test(type) ? word.toUpperCase() : word) + (type === '%' ? '%' : '');
    return signOf(negative, spec, { whole: '', rest });
  }
  const text = floatDigits(Math.abs(value), type, spec.precision, spec.alternate);
  const whole = /^\d*/.exec(text)![0];
  return signOf(negative, spec, { whole, rest: text.slice(whole.length) });
}

/** A float that is not negative, by the letter of a format; '' is `str` but for the precision. */
export function floatDigits(value: number, type: string, precision: number | undefined, alternate = false): string {
  const letter = type.toLowerCase();
  const text =
    letter === 'f'
      ? fixed(value, precision ?? 6, alternate)
      : letter === '%'
        ? `${fixed(value * 100, precision ?? 6, alternate)}%`
        : letter === 'e'
          ? scientific(value, precision ?? 6, alternate)
          : letter === 'g'
            ? general(value, precision ?? 6, alternate)
            : letter === ''
              ? precision === undefined
                ? floatText(value)
                : plainGeneral(value, precision, alternate)
              : undefined;
  if (text === undefined) throw failed(`Unknown format code '${type}' for object of type 'float'`);
  return /[EFG]/.test(type) ? text.toUpperCase() : text;
}

function fixed(value: number, digits: number, point: boolean): string {
  const text = scaled(value, digits)
    .toString()
    .padStart(digits + 1, '0');
  const fraction = text.slice(text.length - digits);
  return digits === 0 ? text + (point ? '.' : '') : `${text.slice(0, -digits)}.${fraction}`;
}

/** The decimal digits of a float rounded to so many, and the exponent of the first. */
function significant(value: number, count: number): readonly [digits: string, exponent: number] {
  if (value === 0) return ['0'.repeat(count), 0];
  let exponent = Number(value.toExponential().split('e')[1]);
  let digits = scaled(value, count - 1 - exponent).toString();
  if (digits.length > count) {
    exponent += 1;
    digits = scaled(value, count - 1 - exponent).toString();
  }
  return [digits, exponent];
}

function scientific(value: number, precision: number, point: boolean): string {
  const [digits, exponent] = significant(value, precision + 1);
  const fraction = digits.slice(1);
  return `${digits[0]}${fraction === '' && !point ? '' : '.'}${fraction}e${signed(exponent)}`;
}

function general(value: number, precision: number, alternate: boolean): string {
  const count = Math.max(1, precision);
  const [digits, exponent] = significant(value, count);
  const tidy = (text: string): string => (alternate ? text : text.includes('.') ? text.replace(/\.?0*$/, '') : text);
  if (exponent < -4 || exponent >= count) {
    return `${tidy(`${digits[0]}.${digits.slice(1)}`)}e${signed(exponent)}`;
  }
  if (exponent < 0) return tidy(`0.${'0'.repeat(-exponent - 1)}${digits}`);
  return tidy(`${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`);
}

/** A precision without a letter: general, but with a decimal behind the point at least, and an exponent one earlier. */
function plainGeneral(value: number, precision: number, alternate: boolean): string {
  const count = Math.max(1, precision);
  const [digits, exponent] = significant(value, count);
  if (exponent < -4 || exponent >= count - 1) {
    const mantissa = `${digits[0]}.${digits.slice(1)}`;
    return `${alternate ? mantissa : mantissa.replace(/\.?0*$/, '')}e${signed(exponent)}`;
  }
  const text = general(value, count, alternate);
  return text.includes('.') ? text : `${text}.0`;
}
