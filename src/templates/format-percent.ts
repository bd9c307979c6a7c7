/** Python's `text % values`. */

import { wholeOf } from './arguments.ts';
import { isNumeric, valueAt } from './compare.ts';
import { failed, unsupported } from './fault.ts';
import { characterOf, floatDigits } from './format-spec.ts';
import { escapeHtml } from './html.ts';
import { intText, toFloat } from './numbers.ts';
import { reprOf, strOf } from './show.ts';
import { Text } from './text.ts';
import { Dict, List, Tuple, typeName, Undefined, type Value } from './values.ts';
import { Writer } from './writer.ts';
import type { Run } from './run.ts';

const DIRECTIVE = /%(?:\(([^()]*)\))?([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d+)?)?[hlL]?(.)?/gsu;
const MAX_PRECISION = 1000;

/** Hands out the values, one after another or by name. */
class Values {
  readonly #values: readonly Value[];
  readonly #given: Value;
  #next = 0;
  #named = false;

  constructor(given: Value) {
    this.#given = given;
    this.#values = given instanceof Tuple ? given.items : [given];
  }

  next(): Value {
    if (this.#named || this.#next >= this.#values.length) throw failed('not enough arguments for format string');
    return this.#values[this.#next++]!;
  }

  named(run: Run, name: string): Value {
    if (!(this.#given instanceof Dict)) throw failed('format requires a mapping');
    this.#named = true;
    const value = valueAt(run, this.#given, new Text(name));
    if (value === undefined) throw failed(`The key '${name}' of a format is missing`);
    return value;
  }

  /** @throws TemplateFault when values are left over. */
  end(): void {
    const lenient = this.#given instanceof Dict || this.#given instanceof List || this.#given instanceof Undefined;
    const most = lenient && this.#next === 0;
    if (!this.#named && !most && this.#next < this.#values.length) {
      throw failed('not all arguments converted during string formatting');
    }
  }
}

export function formatPercent(run: Run, format: Text, given: Value): Text {
  const values = new Values(given);
  const writer = new Writer(run.budget);
  let last = 0;
  for (const match of format.text.matchAll(DIRECTIVE)) {
    writer.add(format.cut(last, match.index));
    last = match.index + match[0].length;
    const [, name, flags, width, precision, letter] = match;
    if (letter === '%') {
      writer.add('%');
      continue;
    }
    if (letter === undefined) throw failed('incomplete format');
    const padding = width === '*' ? wholeOf('%*', values.next(), 0) : Number(width ?? 0);
    const digits = precision === '*' ? wholeOf('%.*', values.next(), 0) : precisionOf(match[0], precision);
    if ((digits ?? 0) > MAX_PRECISION) throw unsupported(`A precision of more than ${MAX_PRECISION}`);
    const value = name === undefined ? values.next() : values.named(run, name);
    const shown = convert(run, value, letter, flags!, digits, format.markup);
    writer.add(padded(run, shown, Math.abs(padding), flags! + (padding < 0 ? '-' : ''), letter));
  }
  writer.add(format.cut(last));
  values.end();
  return writer.done(format.markup);
}

/** A point without digits means none. */
const precisionOf = (directive: string, digits: string | undefined): number | undefined =>
  digits === undefined ? (directive.includes('.') ? 0 : undefined) : Number(digits);

function convert(
  run: Run,
  value: Value,
  letter: string,
  flags: string,
  digits: number | undefined,
  markup: boolean,
): Text {
  if (/[sra]/.test(letter)) {
    let text = letter === 's' ? strOf(run, value) : reprOf(run, value);
    if (letter === 'a' && /[^\0-\x7f]/.test(text.text)) throw unsupported("The format '%a' of such a text");
    if (markup) text = escapeHtml(run, text);
    return digits === undefined ? text : text.points(0, Math.min(digits, text.length));
  }
  if (letter === 'c') {
    if (value instanceof Text && value.length === 1) return value;
    if (typeof value === 'bigint' || typeof value === 'boolean') return new Text(characterOf(BigInt(value)));
    throw failed('%c requires int or char');
  }
  return new Text(numberText(value, letter, flags, digits));
}

function numberText(value: Value, letter: string, flags: string, digits: number | undefined): string {
  if (value instanceof Undefined) throw failed(`%${letter} wants a number: ${value.hint}`);
  if (!isNumeric(value)) throw failed(`%${letter} format: a real number is required, not ${typeName(value)}`);
  const sign = (negative: boolean): string =>
    negative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  const alternate = flags.includes('#');
  if (/[eEfFgG]/.test(letter)) {
    const float = toFloat(value);
    if (!Number.isFinite(float)) return sign(float < 0) + (Number.isNaN(float) ? 'nan' : 'inf');
    return sign(float < 0 || Object.is(float, -0)) + floatDigits(Math.abs(float), letter, digits, alternate);
  }
  if (!/[diuxXo]/.test(letter)) throw failed(`unsupported format character '${letter}'`);
  if (typeof value === 'number' && !/[diu]/.test(letter))
    throw failed(`%${letter} format: an integer is required, not float`);
  if (typeof value === 'number' && !Number.isFinite(value))
    throw failed('cannot convert float infinity or nan to integer');
  const whole = typeof value === 'number' ? BigInt(Math.trunc(value)) : BigInt(value);
  const magnitude = whole < 0n ? -whole : whole;
  const radix = letter === 'o' ? 8 : /x/i.test(letter) ? 16 : 10;
  const text = (radix === 10 ? intText(magnitude) : magnitude.toString(radix)).padStart(digits ?? 0, '0');
  const prefix = alternate && radix !== 10 ? `0${letter}` : '';
  return sign(whole < 0n) + prefix + (letter === 'X' ? text.toUpperCase() : text);
}

function padded(run: Run, text: Text, width: number, flags: string, letter: string): Text {
  const missing = width - text.length;
  if (missing <= 0) return text;
  run.budget.text(text.text.length + missing);
  if (flags.includes('-')) return Text.join([text, new Text(' '.repeat(missing))]);
  if (!flags.includes('0') || /[srac]/.test(letter) || !/\d/.test(text.text)) {
    return Text.join([new Text(' '.repeat(missing)), text]);
  }
  const head = /^[-+ ]?(?:0[xXo])?/.exec(text.text)![0].length;
  const prefix = /[xXo]/.test(letter) ? head : Math.min(head, /^[-+ ]/.test(text.text) ? 1 : 0);
  return new Text(text.text.slice(0, prefix) + '0'.repeat(missing) + text.text.slice(prefix));
}
