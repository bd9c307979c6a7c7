/** Running statements: the text that they put out. */

import { Loop, type Recurse } from './loop.ts';
import { Macro, type Renderer } from './macro.ts';
import { Namespace } from './namespace.ts';
import { applyFilter, evaluate, evaluateCall, outputOf } from './evaluate.ts';
import { failed } from './fault.ts';
import { iterate, itemsOf, lengthOf } from './iterate.ts';
import { Scope } from './scope.ts';
import { asText, softStr } from './show.ts';
import type { Text } from './text.ts';
import { truth, Undefined, type Value } from './values.ts';
import { Writer } from './writer.ts';
import type { Expression, FilterCall, ForStatement, Statement, Target } from './syntax.ts';
import type { Run } from './run.ts';

/** How a row of statements ended. */
type Ending = 'end' | 'break' | 'continue';

export class Interpreter implements Renderer {
  readonly #run: Run;
  /** The template's outermost scope, which blocks see. */
  readonly #root: Scope;

  constructor(run: Run, root: Scope) {
    this.#run = run;
    this.#root = root;
  }

  render(body: readonly Statement[], scope: Scope): Text {
    const out = new Writer(this.#run.budget);
    this.#all(body, scope, out);
    return out.done();
  }

  value(node: Expression, scope: Scope): Value {
    return evaluate(this.#run, node, scope);
  }

  #all(body: readonly Statement[], scope: Scope, out: Writer): Ending {
    for (const statement of body) {
      const ending = this.#statement(statement, scope, out);
      if (ending !== 'end') return ending;
    }
    return 'end';
  }

  /** Text of a body in a scope of its own, as a value. */
  #captured(body: readonly Statement[], scope: Scope): { readonly text: Text; readonly ending: Ending } {
    const out = new Writer(this.#run.budget);
    const ending = this.#all(body, scope, out);
    return { text: out.done(this.#run.autoescape), ending };
  }

  #statement(node: Statement, scope: Scope, out: Writer): Ending {
    const run = this.#run;
    run.budget.step();
    run.line = node.line;
    switch (node.kind) {
      case 'text':
        out.add(node.text);
        return 'end';
      case 'output':
        out.add(outputOf(run, evaluate(run, node.value, scope)));
        return 'end';
      case 'set':
        this.#assign(node.target, evaluate(run, node.value, scope), scope);
        return 'end';
      case 'if':
        return this.#all(truth(run, evaluate(run, node.test, scope)) ? node.body : node.otherwise, scope, out);
      case 'for':
        return this.#for(node, scope, out);
      case 'break':
      case 'continue':
        return node.kind;
      case 'macro':
        scope.set(node.macro.name!, new Macro(node.macro, scope, this));
        return 'end';
      case 'block':
        out.add(this.render(node.body, new Scope(node.scoped ? scope : this.#root)));
        return 'end';
      case 'generation':
        out.add(softStr(run, new Macro(node.macro, scope, this).call(run, { positional: [], named: new Map() })));
        return 'end';
      case 'call-block':
        out.add(asText(evaluateCall(run, node.call, scope, new Macro(node.macro, scope, this)), 'A call block'));
        return 'end';
      default:
        return this.#scoped(node, scope, out);
    }
  }

  /** Statements with a scope of their own, which a `break` leaves too. */
  #scoped(node: Statement, scope: Scope, out: Writer): Ending {
    const run = this.#run;
    const inner = new Scope(scope);
    switch (node.kind) {
      case 'set-block': {
        const { text, ending } = this.#captured(node.body, inner);
        if (ending !== 'end') return ending;
        this.#assign(node.target, node.filter ? this.#filtered(node.filter, text, inner) : text, scope);
        return 'end';
      }
      case 'filter-block': {
        const { text, ending } = this.#captured(node.body, inner);
        if (ending === 'end') out.add(asText(this.#filtered(node.filter, text, inner), 'A filter block'));
        return ending;
      }
      case 'with': {
        const values = node.values.map((value) => evaluate(run, value, scope));
        for (const [i, target] of node.targets.entries()) this.#assign(target, values[i]!, inner);
        return this.#all(node.body, inner, out);
      }
      case 'autoescape': {
        const before = run.autoescape;
        run.autoescape = truth(run, evaluate(run, node.value, scope));
        const ending = this.#all(node.body, inner, out);
        run.autoescape = before;
        return ending;
      }
      default:
        throw failed(`A statement '${node.kind}' cannot stand here`);
    }
  }

  /** A row of filters on the text of a block. */
  #filtered(node: FilterCall, text: Text, scope: Scope): Value {
    const { value } = node;
    const given = value?.kind === 'filter' ? this.#filtered(value, text, scope) : text;
    return applyFilter(this.#run, node, given, scope);
  }

  #assign(target: Target, value: Value, scope: Scope): void {
    if (target.kind === 'name') scope.set(target.name, value);
    else if (target.kind === 'member') {
      const namespace = scope.get(target.name) ?? new Undefined(`'${target.name}' is undefined`);
      if (!(namespace instanceof Namespace)) throw failed('cannot assign attribute on non-namespace object');
      namespace.set(target.member, value);
    } else {
      if (value instanceof Undefined && target.items.length > 0) throw failed(value.hint);
      const items = itemsOf(this.#run, value);
      if (items.length !== target.items.length) {
        throw failed(`${items.length} values cannot be unpacked to ${target.items.length} names`);
      }
      for (const [i, item] of items.entries()) this.#assign(target.items[i]!, item, scope);
    }
  }

  #for(node: ForStatement, scope: Scope, out: Writer): Ending {
    const iterable = evaluate(this.#run, node.iterable, scope);
    if (!node.recursive) {
      this.#rounds(node, iterable, scope, out, undefined, 0);
      return 'end';
    }
    const recurse: Recurse = (inner, depth) =>
      this.#run.budget.deeper(() => {
        const own = new Writer(this.#run.budget);
        this.#rounds(node, inner, scope, own, recurse, depth);
        return own.done(this.#run.autoescape);
      });
    out.add(recurse(iterable, 0));
    return 'end';
  }

  #rounds(
    node: ForStatement,
    iterable: Value,
    scope: Scope,
    out: Writer,
    recurse: Recurse | undefined,
    depth: number,
  ): void {
    const run = this.#run;
    const items = iterate(run, iterable);
    const chosen = node.test ? this.#chosen(node, items, scope) : items;
    const loop = new Loop(chosen, node.test ? undefined : lengthOf(run, iterable), recurse, depth);
    // Jinja runs `else` when no round came to its end, also where `break` or `continue` ended them.
    let whole = 0;
    for (let item = loop.next(); item !== undefined; item = loop.next()) {
      run.budget.step();
      const round = new Scope(scope);
      round.set('loop', loop);
      this.#assign(node.target, item, round);
      const ending = this.#all(node.body, round, out);
      if (ending === 'end') whole += 1;
      if (ending === 'break') break;
    }
    if (whole === 0) this.#all(node.otherwise, new Scope(scope), out);
  }

  *#chosen(node: ForStatement, items: Iterator<Value>, scope: Scope): Generator<Value> {
    const run = this.#run;
    for (let next = items.next(); next.done !== true; next = items.next()) {
      run.budget.step();
      const inner = new Scope(scope);
      this.#assign(node.target, next.value, inner);
      if (truth(run, evaluate(run, node.test!, inner))) yield next.value;
    }
  }
}
