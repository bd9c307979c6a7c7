/** Jinja's namespace: the one value that a template can change. */

import { nameText } from './arguments.ts';
import { failed } from './fault.ts';
import { writeRepr } from './show.ts';
import type { Text } from './text.ts';
import { Dict, Thing, type Value } from './values.ts';
import { Writer } from './writer.ts';
import type { Run } from './run.ts';

export class Namespace extends Thing {
  override readonly type = 'Namespace';
  readonly #values = new Map<string, Value>();

  /** @throws TemplateFault for a name that begins with an underscore, as transformers does. */
  set(name: string, value: Value): void {
    if (name.startsWith('_')) throw failed(`A namespace cannot keep '${name}', which begins with an underscore`);
    this.#values.set(name, value);
  }

  override attribute(_run: Run, name: string): Value | undefined {
    return this.#values.get(name);
  }

  override show(run: Run): Text {
    const writer = new Writer(run.budget).add('<Namespace ');
    const entries = [...this.#values].map(
      ([name, value]) => [`s${name}`, [nameText(run, name), value] as const] as const,
    );
    run.budget.deeper(() => writeRepr(run, writer, new Dict(new Map(entries))));
    return writer.add('>').done();
  }
}
