/** A template's source as tokens, with white space trimmed as transformers sets Jinja up (trim_blocks, lstrip_blocks). */

import { TemplateFault } from './fault.ts';
import { isSpace, SPACE, trimmedBounds } from './unicode.ts';
import { readNumber, readString } from './literals.ts';
import type { Text } from './text.ts';

export type TokenType = 'data' | 'open' | 'close' | 'name' | 'string' | 'number' | 'operator' | 'end';

/**
 * `open` and `close` are the brackets of a tag: '{{', '{%', '}}', '%}'. A string has its value in `literal`, a number too;
 * names and operators are their own text.
 */
export interface Token {
  readonly type: TokenType;
  readonly text: string;
  readonly line: number;
  readonly literal?: Text | bigint | number;
}

const RAW = new RegExp(String.raw`\{%[-+]?${SPACE}*raw${SPACE}*(?:-%\}${SPACE}*|%\})`, 'y');
const END_RAW = new RegExp(String.raw`\{%([-+]?)${SPACE}*endraw${SPACE}*(?:\+%\}|-%\}${SPACE}*|%\}\n?)`, 'g');
const END_BLOCK = new RegExp(String.raw`\+%\}|-%\}${SPACE}*|%\}\n?`, 'y');
const END_OUTPUT = new RegExp(String.raw`-\}\}${SPACE}*|\}\}`, 'y');
const SPACES = new RegExp(`${SPACE}+`, 'y');
const NAME = /[\p{L}\p{N}\p{M}_]+/uy;
const OPERATOR = /\/\/|\*\*|[=!<>]=|[-+/*%~[\](){}<>=.:|,;]/y;
const CLOSERS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** @throws TemplateFault `syntax` */
export function tokenize(template: string): Token[] {
  return new Lexer(template).run();
}

class Lexer {
  readonly #source: string;
  readonly #tokens: Token[] = [];
  #at = 0;
  #line = 1;
  #counted = 0;
  /** The text before the current place ends with a line's end, or there is none. */
  #lineStarting = true;

  constructor(template: string) {
    const source = template.replaceAll(/\r\n?/g, '\n');
    this.#source = source.endsWith('\n') ? source.slice(0, -1) : source;
  }

  run(): Token[] {
    while (this.#at < this.#source.length) this.#next();
    this.#push('end', '', this.#at);
    return this.#tokens;
  }

  /** Text up to the next tag, and the tag. */
  #next(): void {
    const open = this.#findOpen();
    if (open < 0) {
      this.#push('data', this.#source.slice(this.#at), this.#at);
      this.#at = this.#source.length;
      return;
    }
    const kind = this.#source[open + 1]!;
    RAW.lastIndex = open;
    const raw = kind === '%' ? RAW.exec(this.#source) : null;
    const sign = this.#signAt(open + 2);
    this.#data(this.#at, open, sign, kind === '{');
    this.#moveTo(open + (raw ? raw[0].length : 2 + sign.length));
    if (raw) this.#raw();
    else if (kind === '#') this.#comment();
    else this.#tag(kind === '{' ? '{{' : '{%', open);
  }

  #findOpen(): number {
    for (let at = this.#source.indexOf('{', this.#at); at >= 0; at = this.#source.indexOf('{', at + 1)) {
      if ('{%#'.includes(this.#source[at + 1] ?? ' ')) return at;
    }
    return -1;
  }

  #signAt = (at: number): string => (/^[-+]/.test(this.#source[at] ?? '') ? this.#source[at]! : '');

  /** The text [start, end) before a tag: '-' takes all white space at its end, else a block takes its line's indentation. */
  #data(start: number, end: number, sign: string, output: boolean): void {
    let text = this.#source.slice(start, end);
    if (sign === '-') text = text.slice(0, trimmedBounds(text, false)[1]);
    else if (sign !== '+' && !output) {
      const line = text.lastIndexOf('\n') + 1;
      if ((line > 0 || this.#lineStarting) && isSpace(text.slice(line))) text = text.slice(0, line);
    }
    if (text !== '') this.#push('data', text, start);
  }

  #raw(): void {
    END_RAW.lastIndex = this.#at;
    const end = END_RAW.exec(this.#source);
    if (!end) throw this.#fail('Missing end of raw directive');
    this.#data(this.#at, end.index, end[1]!, false);
    this.#moveTo(end.index + end[0].length);
  }

  #comment(): void {
    const end = this.#source.indexOf('#}', this.#at);
    if (end < 0) throw this.#fail('Missing end of comment tag');
    const sign = end > this.#at ? this.#signAt(end - 1) : '';
    SPACES.lastIndex = end + 2;
    const after =
      sign === '-'
        ? (SPACES.exec(this.#source)?.[0].length ?? 0)
        : sign === '' && this.#source[end + 2] === '\n'
          ? 1
          : 0;
    this.#moveTo(end + 2 + after);
  }

  /** The tokens of a tag, with its brackets. */
  #tag(open: '{{' | '{%', start: number): void {
    this.#push('open', open, start);
    const brackets: string[] = [];
    const ending = open === '{{' ? END_OUTPUT : END_BLOCK;
    while (this.#at < this.#source.length) {
      ending.lastIndex = this.#at;
      const end = brackets.length === 0 ? ending.exec(this.#source) : null;
      if (end) {
        this.#push('close', open === '{{' ? '}}' : '%}', this.#at);
        this.#moveTo(this.#at + end[0].length);
        return;
      }
      this.#word(brackets);
    }
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#source)?.[0];
  }

  #word(brackets: string[]): void {
    const spaces = this.#match(SPACES);
    if (spaces !== undefined) {
      this.#moveTo(this.#at + spaces.length);
      return;
    }
    const literal = readNumber(this.#source, this.#at) ?? readString(this.#source, this.#at, this.#lineAt(this.#at));
    if (literal) {
      const type = typeof literal.value === 'object' ? 'string' : 'number';
      this.#tokens.push({
        type,
        text: this.#source.slice(this.#at, literal.end),
        line: this.#lineAt(this.#at),
        literal: literal.value,
      });
      this.#moveTo(literal.end);
      return;
    }
    const name = this.#match(NAME);
    const text = name ?? this.#match(OPERATOR);
    if (text === undefined)
      throw this.#fail(`Unexpected character '${String.fromCodePoint(this.#source.codePointAt(this.#at)!)}'`);
    if (name === undefined) this.#balance(brackets, text);
    else if (!/^[\p{XID_Start}_]\p{XID_Continue}*$/u.test(name)) throw this.#fail(`'${name.slice(0, 40)}' is no name`);
    this.#push(name === undefined ? 'operator' : 'name', text.normalize(name === undefined ? 'NFC' : 'NFKC'), this.#at);
    this.#moveTo(this.#at + text.length);
  }

  #balance(brackets: string[], operator: string): void {
    const closer = CLOSERS[operator];
    if (closer !== undefined) brackets.push(closer);
    else if (/^[)\]}]$/.test(operator) && brackets.pop() !== operator) throw this.#fail(`Unexpected '${operator}'`);
  }

  #push(type: TokenType, text: string, at: number): void {
    this.#tokens.push({ type, text, line: this.#lineAt(at) });
  }

  #moveTo(at: number): void {
    this.#at = at;
    this.#lineStarting = this.#source[at - 1] === '\n';
  }

  /** Line of a place; places are asked in their order. */
  #lineAt(at: number): number {
    for (; this.#counted < at; this.#counted++) if (this.#source[this.#counted] === '\n') this.#line += 1;
    return this.#line;
  }

  #fail(message: string): TemplateFault {
    return new TemplateFault('syntax', message, this.#lineAt(this.#at));
  }
}
