/** Expressions, by Jinja's grammar. */

import { NO_CALL, parseArguments, parseBounds } from './parse-arguments.ts';
import { Text } from './text.ts';
import type { Expression, FilterCall } from './syntax.ts';
import type { TokenStream } from './token-stream.ts';

const CONSTANTS: Readonly<Record<string, boolean | null>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
};

/** An expression, with `a if b else c` unless that is not wanted. */
export function parseExpression(stream: TokenStream, conditional = true): Expression {
  return stream.deeper(() => (conditional ? parseConditional(stream) : parseOr(stream)));
}

function parseConditional(stream: TokenStream): Expression {
  const { doubts } = stream;
  let result = parseOr(stream);
  while (stream.is('name', 'if')) {
    const { line } = stream.next();
    const test = parseOr(stream);
    const otherwise = stream.skip('name', 'else') ? stream.deeper(() => parseConditional(stream)) : undefined;
    stream.forget(doubts);
    result = { kind: 'choose', line, test, chosen: result, otherwise };
  }
  return result;
}

function parseOr(stream: TokenStream): Expression {
  let left = parseAnd(stream);
  while (stream.is('name', 'or')) left = { kind: 'or', line: stream.next().line, left, right: parseAnd(stream) };
  return left;
}

function parseAnd(stream: TokenStream): Expression {
  let left = parseNot(stream);
  while (stream.is('name', 'and')) left = { kind: 'and', line: stream.next().line, left, right: parseNot(stream) };
  return left;
}

function parseNot(stream: TokenStream): Expression {
  if (!stream.is('name', 'not')) return parseCompare(stream);
  const { line } = stream.next();
  return { kind: 'not', line, operand: stream.deeper(() => parseNot(stream)) };
}

function parseCompare(stream: TokenStream): Expression {
  const { line } = stream.current;
  const first = parseSum(stream);
  const others: (readonly [string, Expression])[] = [];
  for (;;) {
    if (stream.is('operator', '==', '!=', '<', '<=', '>', '>=')) others.push([stream.next().text, parseSum(stream)]);
    else if (stream.skip('name', 'in')) others.push(['in', parseSum(stream)]);
    else if (stream.is('name', 'not') && stream.following.type === 'name' && stream.following.text === 'in') {
      stream.next();
      stream.next();
      others.push(['not in', parseSum(stream)]);
    } else break;
  }
  return others.length === 0 ? first : { kind: 'compare', line, first, others };
}

/** A left-associative row of operations. */
const operations =
  (operators: readonly string[], operand: (stream: TokenStream) => Expression) =>
  (stream: TokenStream): Expression => {
    let left = operand(stream);
    while (stream.is('operator', ...operators)) {
      const { text: operator, line } = stream.next();
      left = { kind: 'operation', line, operator, left, right: operand(stream) };
    }
    return left;
  };

const parsePower = operations(['**'], (stream) => parseUnary(stream, true));
const parseProduct = operations(['*', '/', '//', '%'], parsePower);
const parseSum = operations(['+', '-'], parseConcatenation);

function parseConcatenation(stream: TokenStream): Expression {
  const { line } = stream.current;
  const parts = [parseProduct(stream)];
  while (stream.skip('operator', '~')) parts.push(parseProduct(stream));
  return parts.length === 1 ? parts[0]! : { kind: 'concatenate', line, parts };
}

function parseUnary(stream: TokenStream, filters: boolean): Expression {
  const { line, text } = stream.current;
  let node: Expression;
  if (stream.is('operator', '-', '+')) {
    stream.next();
    const operand = stream.deeper(() => parseUnary(stream, false));
    node = { kind: 'sign', line, sign: text === '-' ? '-' : '+', operand };
  } else node = parsePrimary(stream);
  node = parsePostfix(stream, node);
  return filters ? parseFiltersAndTests(stream, node) : node;
}

function parsePrimary(stream: TokenStream): Expression {
  const { type, text, line, literal } = stream.current;
  if (type === 'name') {
    stream.next();
    const constant = Object.hasOwn(CONSTANTS, text) ? CONSTANTS[text]! : undefined;
    if (constant !== undefined) return { kind: 'constant', line, value: constant };
    stream.load(text);
    return { kind: 'name', line, name: text };
  }
  if (type === 'number') {
    stream.next();
    return { kind: 'constant', line, value: literal! };
  }
  if (type === 'string') {
    const texts: Text[] = [];
    while (stream.is('string')) texts.push(stream.next().literal as Text);
    return { kind: 'constant', line, value: Text.join(texts) };
  }
  if (stream.skip('operator', '(')) {
    const inner = parseTuple(stream, { brackets: true });
    stream.expect('operator', ')');
    return inner;
  }
  if (stream.is('operator', '[')) return parseList(stream);
  if (stream.is('operator', '{')) return parseDict(stream);
  throw stream.unexpected();
}

/** One expression, or several with commas, which are a tuple; `ends` are names that end it. */
export function parseTuple(
  stream: TokenStream,
  {
    brackets = false,
    conditional = true,
    ends = [],
  }: { brackets?: boolean; conditional?: boolean; ends?: readonly string[] },
): Expression {
  const { line } = stream.current;
  const items: Expression[] = [];
  let isTuple = false;
  for (;;) {
    if (items.length > 0) stream.expect('operator', ',');
    if (stream.is('close') || stream.is('operator', ')') || (ends.length > 0 && stream.is('name', ...ends))) break;
    items.push(parseExpression(stream, conditional));
    if (!stream.is('operator', ',')) break;
    isTuple = true;
  }
  if (!isTuple && items.length > 0) return items[0]!;
  if (!isTuple && !brackets) throw stream.unexpected();
  return { kind: 'tuple', line, items };
}

function parseList(stream: TokenStream): Expression {
  const { line } = stream.expect('operator', '[');
  const items: Expression[] = [];
  while (!stream.is('operator', ']')) {
    if (items.length > 0) stream.expect('operator', ',');
    if (stream.is('operator', ']')) break;
    items.push(parseExpression(stream));
  }
  stream.expect('operator', ']');
  return { kind: 'list', line, items };
}

function parseDict(stream: TokenStream): Expression {
  const { line } = stream.expect('operator', '{');
  const pairs: (readonly [Expression, Expression])[] = [];
  while (!stream.is('operator', '}')) {
    if (pairs.length > 0) stream.expect('operator', ',');
    if (stream.is('operator', '}')) break;
    const key = parseExpression(stream);
    stream.expect('operator', ':');
    pairs.push([key, parseExpression(stream)]);
  }
  stream.expect('operator', '}');
  return { kind: 'dict', line, pairs };
}

function parsePostfix(stream: TokenStream, start: Expression): Expression {
  let node = start;
  for (;;) {
    if (stream.is('operator', '.')) node = parseMember(stream, node);
    else if (stream.is('operator', '[')) node = parseSubscript(stream, node);
    else if (stream.is('operator', '(')) node = parseCall(stream, node);
    else return node;
  }
}

function parseFiltersAndTests(stream: TokenStream, start: Expression): Expression {
  let node = start;
  for (;;) {
    if (stream.is('operator', '|')) node = parseFilters(stream, node)!;
    else if (stream.is('name', 'is')) node = parseTest(stream, node);
    else if (stream.is('operator', '(')) node = parseCall(stream, node);
    else return node;
  }
}

function parseMember(stream: TokenStream, object: Expression): Expression {
  const { line } = stream.next();
  if (!stream.is('number')) return { kind: 'attribute', line, object, name: stream.expect('name').text };
  const { literal } = stream.next();
  if (typeof literal !== 'bigint') throw stream.fail('A float cannot stand behind a point');
  return { kind: 'item', line, object, key: { kind: 'constant', line, value: literal } };
}

function parseSubscript(stream: TokenStream, object: Expression): Expression {
  const { line } = stream.next();
  const keys: Expression[] = [];
  let bounds: (Expression | undefined)[] | undefined;
  let count = 0;
  while (!stream.is('operator', ']')) {
    if (count++ > 0) stream.expect('operator', ',');
    const read = parseBounds(stream, parseExpression);
    if (Array.isArray(read)) bounds = read;
    else keys.push(read);
  }
  stream.next();
  if (bounds && count === 1) return { kind: 'slice', line, object, bounds };
  if (bounds) throw stream.fail('A slice cannot stand beside other keys', line);
  const key: Expression = keys.length === 1 ? keys[0]! : { kind: 'tuple', line, items: keys };
  return { kind: 'item', line, object, key };
}

export function parseCall(stream: TokenStream, callee: Expression): Expression & { kind: 'call' } {
  const { line } = stream.current;
  return { kind: 'call', line, callee, args: parseArguments(stream, parseExpression) };
}

/** The filters behind a value; `inline` begins with a name, as in a filter block. */
export function parseFilters(
  stream: TokenStream,
  value: Expression | undefined,
  inline = false,
): FilterCall | undefined {
  let node: FilterCall | undefined;
  for (let first = inline; first || stream.is('operator', '|'); first = false) {
    if (!first) stream.next();
    const { text, line } = stream.expect('name');
    const name = text + parseDots(stream);
    stream.use('filters', name, line);
    const args = stream.is('operator', '(') ? parseArguments(stream, parseExpression) : NO_CALL;
    node = { kind: 'filter', line, name, value: node ?? value, args };
  }
  return node;
}

function parseDots(stream: TokenStream): string {
  let name = '';
  while (stream.skip('operator', '.')) name += `.${stream.expect('name').text}`;
  return name;
}

function parseTest(stream: TokenStream, value: Expression): Expression {
  const { line } = stream.next();
  const negated = stream.skip('name', 'not');
  const name = stream.expect('name').text + parseDots(stream);
  stream.use('tests', name, line);
  let args = NO_CALL;
  if (stream.is('operator', '(')) args = parseArguments(stream, parseExpression);
  else if (beginsArgument(stream)) {
    if (stream.is('name', 'is')) throw stream.fail('Tests cannot follow one another');
    args = { positional: [parsePostfix(stream, parsePrimary(stream))], named: [] };
  }
  const test: Expression = { kind: 'test', line, name, value, args };
  return negated ? { kind: 'not', line, operand: test } : test;
}

const beginsArgument = (stream: TokenStream): boolean =>
  (stream.is('name') && !stream.is('name', 'else', 'or', 'and')) ||
  stream.is('string') ||
  stream.is('number') ||
  stream.is('operator', '[', '{');
