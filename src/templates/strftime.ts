/** Dates in chat templates: C's strftime, as glibc has it in the locale C. */

import { failed } from './fault.ts';

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = 'January February March April May June July August September October November December'.split(' ');

/** Numbers: how many digits, and what fills them. */
interface Padded {
  readonly value: (date: Date) => number;
  readonly width: number;
  readonly fill: '0' | ' ';
}
const padded = (width: number, value: (date: Date) => number, fill: '0' | ' ' = '0'): Padded => ({
  value,
  width,
  fill,
});

/** Days since the first of January, from 0. */
const dayOfYear = (date: Date): number => {
  const day = Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return Math.round((day - Date.UTC(date.getFullYear(), 0, 1)) / 86_400_000);
};

/** Week of the year whose first day is the first Sunday, or Monday. */
const weekFrom =
  (firstDay: 0 | 1) =>
  (date: Date): number =>
    Math.floor((dayOfYear(date) + 7 - ((date.getDay() - firstDay + 7) % 7)) / 7);

/** Year and week by ISO 8601: a week belongs to the year that has its Thursday. */
function isoWeek(date: Date): { readonly year: number; readonly week: number } {
  const thursday = new Date(date.getFullYear(), date.getMonth(), date.getDate() + 4 - (date.getDay() || 7));
  return { year: thursday.getFullYear(), week: Math.floor(dayOfYear(thursday) / 7) + 1 };
}

const hour12 = (date: Date): number => date.getHours() % 12 || 12;

const NUMBERS: Readonly<Record<string, Padded>> = {
  C: padded(2, (date) => Math.floor(date.getFullYear() / 100)),
  d: padded(2, (date) => date.getDate()),
  e: padded(2, (date) => date.getDate(), ' '),
  g: padded(2, (date) => isoWeek(date).year % 100),
  G: padded(4, (date) => isoWeek(date).year),
  H: padded(2, (date) => date.getHours()),
  I: padded(2, hour12),
  j: padded(3, (date) => dayOfYear(date) + 1),
  k: padded(2, (date) => date.getHours(), ' '),
  l: padded(2, hour12, ' '),
  m: padded(2, (date) => date.getMonth() + 1),
  M: padded(2, (date) => date.getMinutes()),
  s: padded(1, (date) => Math.floor(date.getTime() / 1000)),
  S: padded(2, (date) => date.getSeconds()),
  u: padded(1, (date) => date.getDay() || 7),
  U: padded(2, weekFrom(0)),
  V: padded(2, (date) => isoWeek(date).week),
  w: padded(1, (date) => date.getDay()),
  W: padded(2, weekFrom(1)),
  y: padded(2, (date) => date.getFullYear() % 100),
  Y: padded(1, (date) => date.getFullYear()),
};

const TEXTS: Readonly<Record<string, (date: Date) => string>> = {
  a: (date) => DAYS[date.getDay()]!.slice(0, 3),
  A: (date) => DAYS[date.getDay()]!,
  b: (date) => MONTHS[date.getMonth()]!.slice(0, 3),
  B: (date) => MONTHS[date.getMonth()]!,
  h: (date) => MONTHS[date.getMonth()]!.slice(0, 3),
  p: (date) => (date.getHours() < 12 ? 'AM' : 'PM'),
  P: (date) => (date.getHours() < 12 ? 'am' : 'pm'),
  n: () => '\n',
  t: () => '\t',
  '%': () => '%',
  // Python's own: microseconds, and a zone that a local time does not have.
  f: (date) => `${String(date.getMilliseconds()).padStart(3, '0')}000`,
  z: () => '',
  Z: () => '',
};

/** Directives that stand for others. */
const COMPOSED: Readonly<Record<string, string>> = {
  c: '%a %b %e %H:%M:%S %Y',
  D: '%m/%d/%y',
  F: '%Y-%m-%d',
  r: '%I:%M:%S %p',
  R: '%H:%M',
  T: '%H:%M:%S',
  x: '%m/%d/%y',
  X: '%H:%M:%S',
};

const DIRECTIVE = /%([-_0^#+]*)(\d*)([EO]?)([^]?)/gu;
const MAX_WIDTH = 1000;

/**
 * Python's `strftime` of a local time with English names, as models saw it in training. What is no directive stays.
 * @throws TemplateFault for a width that is far too large.
 */
export function formatTime(date: Date, format: string): string {
  return format.replaceAll(DIRECTIVE, (whole, flags: string, width: string, _modifier: string, letter: string) => {
    if (Number(width) > MAX_WIDTH) throw failed(`strftime_now wants a width of ${MAX_WIDTH} at most`);
    const shown = written(date, flags, Number(width), letter);
    return shown ?? whole;
  });
}

function written(date: Date, flags: string, width: number, letter: string): string | undefined {
  const own = (table: object): boolean => Object.hasOwn(table, letter);
  const padding = Array.from(flags).findLast((flag) => '-_0+'.includes(flag));
  if (own(NUMBERS)) {
    const { value, width: least, fill } = NUMBERS[letter]!;
    if (padding === '-') return String(value(date));
    return String(value(date)).padStart(width || least, padding === undefined ? fill : padding === '_' ? ' ' : '0');
  }
  const text = own(TEXTS) ? TEXTS[letter]!(date) : own(COMPOSED) ? formatTime(date, COMPOSED[letter]!) : undefined;
  if (text === undefined) return undefined;
  return changedCase(text, flags, letter).padStart(
    padding === '-' ? 0 : width,
    padding === '0' || padding === '+' ? '0' : ' ',
  );
}

/** `^` makes capitals; `#` too, but small letters of AM and PM. */
function changedCase(text: string, flags: string, letter: string): string {
  const last = Array.from(flags).findLast((flag) => flag === '^' || flag === '#');
  if (last === undefined) return text;
  return flags.includes('#') && letter === 'p' ? text.toLowerCase() : text.toUpperCase();
}
