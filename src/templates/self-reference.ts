/** The variable `self`: the template's own blocks. */

import { Text } from './text.ts';
import { Builtin, Thing, type Value } from './values.ts';
import type { Run } from './run.ts';

export class SelfReference extends Thing {
  override readonly type = 'TemplateReference';

  override show(): Text {
    return new Text('<TemplateReference None>');
  }

  override attribute(run: Run, name: string): Value | undefined {
    const block = run.blocks.get(name);
    return block && new Builtin(() => run.budget.deeper(block).as(run.autoescape));
  }
}
