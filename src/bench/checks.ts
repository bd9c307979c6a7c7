/** Checks of values that came from outside. Each names the place where a value is not what it should be. */

/** Throws a `Mismatch` when the value is not of the kind; `at` is its place in words. */
export type Check = (value: unknown, at: string) => void;

/** What was found, where, and what was expected there. */
export class Mismatch extends Error {
  readonly at: string;
  readonly expected: string;
  constructor(at: string, expected: string, found: unknown) {
    super(`${at || 'The file'} is ${inWords(found)}; expected was ${expected}.`);
    this.name = 'Mismatch';
    this.at = at;
    this.expected = expected;
  }
}

/** A text of at most `most` characters. */
export const text =
  (most = 400): Check =>
  (value, at) => {
    if (typeof value !== 'string' || value.length > most)
      throw new Mismatch(at, `a text of at most ${most} characters`, value);
  };

/** A number from `least` to 2^53, above which none is a measure of anything, and sums and charts would overflow. */
export const number =
  (least = 0): Check =>
  (value, at) => {
    if (typeof value !== 'number' || !(value >= least && value <= Number.MAX_SAFE_INTEGER))
      throw new Mismatch(at, `a number from ${least} up to 2^53`, value);
  };

export const truth: Check = (value, at) => {
  if (typeof value !== 'boolean') throw new Mismatch(at, 'true or false', value);
};

/** One of these values and nothing else. */
export const oneOf =
  (...known: readonly (string | number | null)[]): Check =>
  (value, at) => {
    if (!known.some((each) => each === value))
      throw new Mismatch(at, known.map((each) => String(each)).join(' or '), value);
  };

/** Either kind. */
export const either =
  (first: Check, second: Check): Check =>
  (value, at) => {
    try {
      first(value, at);
    } catch {
      second(value, at);
    }
  };

/** May be absent. */
export const optional =
  (check: Check): Check =>
  (value, at) => {
    if (value !== undefined) check(value, at);
  };

/** A list of at most `most` items. */
export const list =
  (check: Check, most = 64): Check =>
  (value, at) => {
    if (!Array.isArray(value) || value.length > most) throw new Mismatch(at, `a list of at most ${most} items`, value);
    value.forEach((item, index) => check(item, `${at}[${index}]`));
  };

/** An object with at least these fields; others are not looked at. */
export const object =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Mismatch(at, 'an object', value);
    for (const [name, check] of Object.entries(fields)) {
      const found: unknown = Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
      check(found, at === '' ? name : `${at}.${name}`);
    }
  };

function inWords(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return 'an object';
  const said = typeof value === 'string' ? value : JSON.stringify(value);
  return typeof value === 'string' ? `“${said.slice(0, 40)}${said.length > 40 ? '…' : ''}”` : said;
}
