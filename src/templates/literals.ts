/** Numbers and texts in a template's source. */

import { TemplateFault, unsupported } from './fault.ts';
import { Text } from './text.ts';

interface Literal {
  readonly value: Text | bigint | number;
  /** Where it ends in the source. */
  readonly end: number;
}

const FLOAT = /(?<!\.)(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/iy;
const WHOLE = /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iy;
const STRING = /'[^'\\]*(?:\\[^][^'\\]*)*'|"[^"\\]*(?:\\[^][^"\\]*)*"/y;
/** Python reads no longer decimal numbers. */
const MAX_DIGITS = 4300;

/** A number that begins here; undefined where none does. */
export function readNumber(source: string, at: number): Literal | undefined {
  FLOAT.lastIndex = at;
  const float = FLOAT.exec(source)?.[0];
  if (float !== undefined) return { value: Number(float.replaceAll('_', '')), end: at + float.length };
  WHOLE.lastIndex = at;
  const whole = WHOLE.exec(source)?.[0];
  if (whole === undefined) return undefined;
  if (whole.length > MAX_DIGITS) throw new TemplateFault('syntax', `A number has more than ${MAX_DIGITS} digits`);
  return { value: BigInt(whole.replaceAll('_', '').toLowerCase()), end: at + whole.length };
}

/** A text that begins here; undefined where none does. */
export function readString(source: string, at: number, line: number): Literal | undefined {
  if (source[at] !== "'" && source[at] !== '"') return undefined;
  STRING.lastIndex = at;
  const quoted = STRING.exec(source)?.[0];
  if (quoted === undefined) throw new TemplateFault('syntax', 'A text in quotes has no end', line);
  return { value: new Text(unescape(quoted.slice(1, -1), line)), end: at + quoted.length };
}

const SIMPLE: Readonly<Record<string, string>> = {
  '\n': '', '\\': '\\', "'": "'", '"': '"', a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v',
}; // prettier-ignore
const ESCAPE = /\\(?:([0-7]{1,3})|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([^]))/gu;

/** Python's escapes; an unknown one stays as it is. */
function unescape(text: string, line: number): string {
  return text.replaceAll(ESCAPE, (whole: string, octal: string, x: string, u: string, long: string, other: string) => {
    if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
    const hex = x ?? u ?? long;
    if (hex !== undefined) return fromHex(hex, line);
    if (other === 'N') throw unsupported(String.raw`The escape \N`);
    if (other === 'x' || other === 'u' || other === 'U')
      throw new TemplateFault('syntax', `A truncated escape \\${other}`, line);
    return Object.hasOwn(SIMPLE, other) ? SIMPLE[other]! : whole;
  });
}

function fromHex(hex: string, line: number): string {
  const code = Number.parseInt(hex, 16);
  if (code > 0x10ffff) throw new TemplateFault('syntax', 'An escape for a character beyond U+10FFFF', line);
  if (code >= 0xd800 && code < 0xe000) throw unsupported('An escape for half a character');
  return String.fromCodePoint(code);
}
