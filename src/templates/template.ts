/**
 * Chat templates in Jinja, with Python's values and texts: what jinja2 gives as transformers sets it up
 * (ImmutableSandboxedEnvironment, trim_blocks, lstrip_blocks, loop controls, its own `tojson`).
 */

import { attributeOf, itemAt } from './access.ts';
import { Budget, type RenderLimits } from './budget.ts';
import { Interpreter } from './execute.ts';
import { failed, TemplateFault } from './fault.ts';
import { FILTERS } from './filters/index.ts';
import { toValue } from './from-json.ts';
import { GLOBALS } from './globals.ts';
import { parseTemplate } from './parse-statement.ts';
import { Scope } from './scope.ts';
import { SelfReference } from './self-reference.ts';
import { spansOf, type Span } from './text.ts';
import { TESTS } from './tests.ts';
import type { Run } from './run.ts';

export interface RenderInput {
  /** Plain data; all texts in it count as given from outside. */
  readonly given: Readonly<Record<string, unknown>>;
  /** Texts that are the template's own, such as `bos_token`, and plain values. */
  readonly own: Readonly<Record<string, string | boolean | null>>;
  readonly limits: RenderLimits;
  readonly now?: Date;
}

export interface Template {
  /** @throws TemplateFault with the line where it went wrong. */
  render(input: RenderInput): Span[];
}

/** Reads a template. @throws TemplateFault `syntax`, `unsupported` or `limit` */
export function readTemplate(source: string): Template {
  const program = guarded(
    () => parseTemplate(source, { filters: FILTERS, tests: TESTS }),
    () => undefined,
  );
  return {
    render({ given, own, limits, now = new Date() }) {
      const budget = new Budget(limits);
      const blocks = new Map<string, () => ReturnType<Interpreter['render']>>();
      const run: Run = {
        budget,
        line: 1,
        autoescape: false,
        now,
        givenNames: new Set(),
        blocks,
        attribute: (value, name) => attributeOf(run, value, name),
        item: (value, key) => itemAt(run, value, key),
        filter(name, value, args) {
          const filter = FILTERS.get(name);
          if (!filter) throw failed(`No filter named '${name}'`);
          return filter(run, value, args);
        },
        test(name, value, args) {
          const test = TESTS.get(name);
          if (!test) throw failed(`No test named '${name}'`);
          return test(run, value, args);
        },
      };
      return guarded(
        () => {
          const context = new Scope(new Scope(undefined, GLOBALS));
          context.set('self', new SelfReference());
          for (const [name, value] of Object.entries(given)) context.set(name, toValue(run, value, true));
          for (const [name, value] of Object.entries(own)) context.set(name, toValue(run, value, false));
          const root = new Scope(context);
          const interpreter = new Interpreter(run, root);
          for (const [name, body] of program.blocks) {
            blocks.set(name, () => interpreter.render(body, new Scope(root)));
          }
          return spansOf(interpreter.render(program.body, root));
        },
        () => run.line,
      );
    },
  };
}

/** Adds the line to a fault, and makes one of JavaScript's own overflow of the stack. */
function guarded<T>(work: () => T, line: () => number | undefined): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof RangeError) throw new TemplateFault('limit', 'It is nested too deeply', line());
    if (cause instanceof TemplateFault) cause.line ??= line();
    throw cause;
  }
}
