/** Macros, and the bodies of call blocks. */

import { nameText, type Arguments } from './arguments.ts';
import { failed } from './fault.ts';
import { Scope } from './scope.ts';
import { Text } from './text.ts';
import { dictOf } from './compare.ts';
import { Thing, Tuple, Undefined, type Value } from './values.ts';
import type { Expression, MacroBody } from './syntax.ts';
import type { Run } from './run.ts';

/** What a macro needs of the interpreter: its body's text, and the values of its defaults. */
export interface Renderer {
  render(body: MacroBody['body'], scope: Scope): Text;
  value(node: Expression, scope: Scope): Value;
}

export class Macro extends Thing {
  override readonly type = 'Macro';
  readonly #body: MacroBody;
  readonly #scope: Scope;
  readonly #renderer: Renderer;

  constructor(body: MacroBody, scope: Scope, renderer: Renderer) {
    super();
    this.#body = body;
    this.#scope = scope;
    this.#renderer = renderer;
  }

  /** Whether the body names `caller`, `kwargs` or `varargs`, and no parameter has that name. */
  #catches(name: string): boolean {
    return this.#body.uses.has(name) && !this.#body.parameters.names.includes(name);
  }

  override show(): Text {
    return new Text(`<Macro ${this.#body.name === null ? 'anonymous' : `'${this.#body.name}'`}>`);
  }

  override attribute(_run: Run, name: string): Value | undefined {
    switch (name) {
      case 'name':
        return this.#body.name === null ? null : new Text(this.#body.name);
      case 'arguments':
        return new Tuple(this.#body.parameters.names.map((parameter) => new Text(parameter)));
      case 'caller':
        return this.#body.uses.has('caller');
      case 'catch_kwargs':
        return this.#catches('kwargs');
      case 'catch_varargs':
        return this.#catches('varargs');
      case 'explicit_caller':
        return this.#body.parameters.names.includes('caller');
      default:
        return undefined;
    }
  }

  override get callable(): boolean {
    return true;
  }

  override call(run: Run, args: Arguments): Value {
    const { line } = run;
    const scope = new Scope(this.#scope);
    return run.budget.deeper(() => {
      this.#bind(run, args, scope);
      const text = this.#renderer.render(this.#body.body, scope);
      run.line = line;
      return text.as(run.autoescape);
    });
  }

  #bind(run: Run, { positional, named }: Arguments, scope: Scope): void {
    const { names, defaults } = this.#body.parameters;
    const rest = new Map(named);
    const shown = this.#body.name ?? 'caller';
    const given = names.map((name, i) => {
      if (i < positional.length) return positional[i];
      const value = rest.get(name);
      rest.delete(name);
      return value;
    });
    if (this.#catches('caller')) {
      scope.set('caller', rest.get('caller') ?? new Undefined('No caller defined'));
      rest.delete('caller');
    }
    if (this.#catches('kwargs'))
      scope.set(
        'kwargs',
        dictOf(
          run,
          [...rest].map(([name, value]) => [nameText(run, name), value]),
        ),
      );
    else if (rest.size > 0) throw failed(`macro '${shown}' takes no keyword argument '${[...rest.keys()][0]}'`);
    if (this.#catches('varargs')) scope.set('varargs', new Tuple(positional.slice(names.length)));
    else if (positional.length > names.length)
      throw failed(`macro '${shown}' takes not more than ${names.length} argument(s)`);
    // A default may name the parameters before it.
    for (const [i, name] of names.entries()) {
      const byDefault = defaults[i - names.length + defaults.length];
      scope.set(name, given[i] ?? missing(given[i], byDefault, name, () => this.#renderer.value(byDefault!, scope)));
    }
  }
}

const missing = (
  given: Value | undefined,
  byDefault: Expression | undefined,
  name: string,
  value: () => Value,
): Value => {
  if (given === null) return null;
  return byDefault ? value() : new Undefined(`parameter '${name}' was not provided`);
};
