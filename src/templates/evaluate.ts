/** The values of expressions. */

import { attributeOf, callValue, itemAt, sliceOf } from './access.ts';
import { OPERATIONS, signedValue } from './arithmetic.ts';
import type { Arguments } from './arguments.ts';
import { dictOf, equals, order } from './compare.ts';
import { failed, unsupported } from './fault.ts';
import { escapeHtml } from './html.ts';
import { contains, each } from './iterate.ts';
import { softStr, strOf } from './show.ts';
import { Text } from './text.ts';
import { Dict, List, truth, Tuple, typeName, Undefined, type Value } from './values.ts';
import { Writer } from './writer.ts';
import type { CallArguments, Expression, FilterCall } from './syntax.ts';
import type { Run } from './run.ts';
import type { Scope } from './scope.ts';

/** @throws TemplateFault where Python would raise, or a limit is reached. */
export function evaluate(run: Run, node: Expression, scope: Scope): Value {
  run.budget.step();
  run.line = node.line;
  const value = (inner: Expression): Value => evaluate(run, inner, scope);
  switch (node.kind) {
    case 'constant':
      return node.value;
    case 'name':
      return scope.get(node.name) ?? nameOf(node.name, scope);
    case 'tuple':
      return new Tuple(node.items.map(value));
    case 'list':
      return new List(node.items.map(value));
    case 'dict': {
      const pairs = node.pairs.map(([key, item]) => [value(key), value(item)] as const);
      return dictOf(run, pairs);
    }
    case 'attribute':
      return attributeOf(run, value(node.object), node.name);
    case 'item':
      return itemAt(run, value(node.object), value(node.key));
    case 'slice': {
      const object = value(node.object);
      // Jinja works such a slice out beforehand, where what has none gives an undefined value.
      const constant = [node.object, ...node.bounds].every((part) => part === undefined || part.kind === 'constant');
      if (constant && !(object instanceof Text)) return new Undefined('A constant has no slices');
      const [start, stop, step] = node.bounds.map((bound) => (bound ? value(bound) : null));
      return sliceOf(run, object, start!, stop!, step!);
    }
    case 'call':
      return evaluateCall(run, node, scope);
    case 'filter':
      return applyFilter(run, node, value(node.value!), scope);
    case 'test': {
      const tested = value(node.value);
      return run.test(node.name, tested, argumentsOf(run, node.args, scope));
    }
    default:
      return operate(run, node, scope);
  }
}

type Operator = Exclude<Expression, { kind: 'constant' | 'name' | 'tuple' | 'list' | 'dict' | 'attribute' | 'item' | 'slice' | 'call' | 'filter' | 'test' }>; // prettier-ignore

/** The expressions that are written with operators. */
function operate(run: Run, node: Operator, scope: Scope): Value {
  const value = (inner: Expression): Value => evaluate(run, inner, scope);
  switch (node.kind) {
    case 'sign':
      return signedValue(value(node.operand), node.sign);
    case 'not':
      return !truth(run, value(node.operand));
    case 'operation':
      return OPERATIONS[node.operator]!(run, value(node.left), value(node.right));
    case 'compare':
      return compare(run, node, scope);
    case 'concatenate':
      return concatenate(run, node.parts.map(value));
    case 'choose':
      if (truth(run, value(node.test))) return value(node.chosen);
      return node.otherwise
        ? value(node.otherwise)
        : new Undefined('The inline if-expression evaluated to false and no else section was defined');
    default: {
      const left = value(node.left);
      return truth(run, left) === (node.kind === 'or') ? left : value(node.right);
    }
  }
}

/** None is kept as null, which `??` takes for missing. */
const nameOf = (name: string, scope: Scope): Value =>
  scope.get(name) === null ? null : new Undefined(`'${name}' is undefined`);

export function evaluateCall(
  run: Run,
  { callee, args, line }: Expression & { kind: 'call' },
  scope: Scope,
  caller?: Value,
): Value {
  const target = evaluate(run, callee, scope);
  const given = argumentsOf(run, args, scope);
  run.line = line;
  if (caller === undefined) return callValue(run, target, given);
  return callValue(run, target, { ...given, named: new Map([...given.named, ['caller', caller]]) });
}

/** The filter with its value, which may itself come through filters; `given` is the value at the end of that row. */
export function applyFilter(run: Run, { name, args, line }: FilterCall, value: Value, scope: Scope): Value {
  const given = argumentsOf(run, args, scope);
  run.line = line;
  return run.filter(name, value, given);
}

function argumentsOf(run: Run, { positional, named, rest, namedRest }: CallArguments, scope: Scope): Arguments {
  const values = positional.map((node) => evaluate(run, node, scope));
  const names = new Map(named.map(([name, node]) => [name, evaluate(run, node, scope)] as const));
  if (rest) for (const item of each(run, evaluate(run, rest, scope))) values.push(item);
  if (namedRest) {
    const more = evaluate(run, namedRest, scope);
    if (!(more instanceof Dict)) {
      throw failed(
        more instanceof Undefined ? more.hint : `argument after ** must be a mapping, not ${typeName(more)}`,
      );
    }
    for (const [key, value] of more.entries.values()) {
      if (!(key instanceof Text)) throw failed('keywords must be strings');
      if (names.has(key.text)) throw failed(`got multiple values for keyword argument '${key.text}'`);
      names.set(key.text, value);
      if (key.isGiven) run.givenNames.add(key.text);
    }
  }
  return { positional: values, named: names };
}

const COMPARISONS: Readonly<Record<string, (run: Run, a: Value, b: Value) => boolean>> = {
  '==': equals,
  '!=': (run, a, b) => !equals(run, a, b),
  '<': (run, a, b) => order(run, a, b) < 0,
  '<=': (run, a, b) => order(run, a, b) <= 0,
  '>': (run, a, b) => order(run, a, b) > 0,
  '>=': (run, a, b) => order(run, a, b) >= 0,
  in: (run, a, b) => contains(run, b, a),
  'not in': (run, a, b) => !contains(run, b, a),
};

/** a < b < c is a < b and b < c, each evaluated once. */
function compare(run: Run, { first, others }: Expression & { kind: 'compare' }, scope: Scope): boolean {
  let left = evaluate(run, first, scope);
  for (const [operator, node] of others) {
    const right = evaluate(run, node, scope);
    if (!COMPARISONS[operator]!(run, left, right)) return false;
    left = right;
  }
  return true;
}

function concatenate(run: Run, values: readonly Value[]): Text {
  const texts = values.map((value) => softStr(run, value));
  // Jinja joins constants otherwise than variables here.
  if (run.autoescape && texts.some((text) => text.markup)) throw unsupported("'~' with markup");
  const writer = new Writer(run.budget);
  for (const text of texts) writer.add(text.as(false));
  return writer.done();
}

/** What is put out for a value. */
export const outputOf = (run: Run, value: Value): Text =>
  run.autoescape ? escapeHtml(run, softStr(run, value)) : strOf(run, value);
