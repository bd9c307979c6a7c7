/** A template's tokens, read one after another. */

import { TemplateFault } from './fault.ts';
import type { Token, TokenType } from './lexer.ts';

/** Deeper templates are no one's: each level takes a place on JavaScript's stack. */
const MAX_DEPTH = 200;

/** The names that a template may use of filters and tests. */
export interface KnownNames {
  readonly filters: { has(name: string): boolean };
  readonly tests: { has(name: string): boolean };
}

export class TokenStream {
  readonly #tokens: readonly Token[];
  readonly #known: KnownNames;
  readonly #loaded: Set<string>[] = [];
  /** Unknown filters and tests: those that Jinja refuses at once, and those it refuses when they are reached. */
  readonly #unknown: TemplateFault[] = [];
  #perhaps: TemplateFault[] = [];
  #at = 0;
  #depth = 0;
  /** Loops around the current place, where `break` ends one. */
  loops = 0;

  constructor(tokens: readonly Token[], known: KnownNames) {
    this.#tokens = tokens;
    this.#known = known;
  }

  get current(): Token {
    return this.#tokens[this.#at]!;
  }

  /** The token behind the current one. */
  get following(): Token {
    return this.#tokens[Math.min(this.#at + 1, this.#tokens.length - 1)]!;
  }

  next(): Token {
    const token = this.current;
    if (token.type !== 'end') this.#at += 1;
    return token;
  }

  is(type: TokenType, ...texts: readonly string[]): boolean {
    return this.current.type === type && (texts.length === 0 || texts.includes(this.current.text));
  }

  /** Takes the token where it is this one. */
  skip(type: TokenType, text: string): boolean {
    if (!this.is(type, text)) return false;
    this.next();
    return true;
  }

  /** Takes the token, which must be this one. @throws TemplateFault `syntax` */
  expect(type: TokenType, text?: string): Token {
    if (!this.is(type, ...(text === undefined ? [] : [text]))) {
      throw this.fail(`Expected ${text === undefined ? `a ${type}` : `'${text}'`}, found ${described(this.current)}`);
    }
    return this.next();
  }

  fail(message: string, line: number = this.current.line): TemplateFault {
    return new TemplateFault('syntax', message, line);
  }

  unexpected(): TemplateFault {
    return this.fail(`Unexpected ${described(this.current)}`);
  }

  /** Reads something one level deeper. */
  deeper<T>(read: () => T): T {
    if (++this.#depth > MAX_DEPTH) {
      throw new TemplateFault('limit', `It is nested more than ${MAX_DEPTH} levels deep`, this.current.line);
    }
    const result = read();
    this.#depth -= 1;
    return result;
  }

  /** A filter or test that is named here. */
  use(kind: keyof KnownNames, name: string, line: number): void {
    if (!this.#known[kind].has(name)) this.#perhaps.push(this.fail(`No ${kind.slice(0, -1)} named '${name}'`, line));
  }

  /** Reads what only runs on a condition: an unknown filter in it is an error when it is reached. */
  onCondition<T>(read: () => T): T {
    const before = this.#perhaps.length;
    const result = read();
    this.#perhaps.length = before;
    return result;
  }

  /** Takes the unknown names read since `onCondition` began out of the condition, as Jinja does for an inner scope. */
  inScope<T>(read: () => T): T {
    const outer = this.#perhaps;
    this.#perhaps = [];
    const result = read();
    this.#unknown.push(...this.#perhaps);
    this.#perhaps = outer;
    return result;
  }

  /** How many unknown names were read; `forget` takes back those read later. */
  get doubts(): number {
    return this.#perhaps.length;
  }

  forget(doubts: number): void {
    this.#perhaps.length = doubts;
  }

  /** The variable is read here. */
  load(name: string): void {
    for (const names of this.#loaded) names.add(name);
  }

  /** Reads something, with the names of all variables that it reads. */
  collecting<T>(read: () => T): readonly [T, ReadonlySet<string>] {
    const names = new Set<string>();
    this.#loaded.push(names);
    const result = read();
    this.#loaded.pop();
    return [result, names];
  }

  /** @throws TemplateFault for the first filter or test that is unknown. */
  checkNames(): void {
    const [first] = [...this.#unknown, ...this.#perhaps];
    if (first) throw first;
  }
}

const described = ({ type, text }: Token): string =>
  type === 'end' ? 'the end of the template' : `'${text.slice(0, 40)}'`;
