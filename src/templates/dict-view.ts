/** What `keys()`, `values()` and `items()` of a dict give. */

import { writeItems } from './show.ts';
import { Once, Thing, Tuple, type Dict, type Value } from './values.ts';
import { Writer } from './writer.ts';
import type { Text } from './text.ts';
import type { Run } from './run.ts';

type Side = 'keys' | 'values' | 'items';

export class DictView extends Thing {
  override readonly type: string;
  readonly #dict: Dict;
  readonly #side: Side;

  constructor(dict: Dict, side: Side) {
    super();
    this.type = `dict_${side}`;
    this.#dict = dict;
    this.#side = side;
  }

  override show(run: Run): Text {
    const writer = new Writer(run.budget).add(`${this.type}(`);
    writeItems(run, writer, '[', [...this.iterate()], ']');
    return writer.add(')').done();
  }

  override size(): number {
    return this.#dict.entries.size;
  }

  override *iterate(): Generator<Value> {
    for (const [key, value] of this.#dict.entries.values()) {
      yield this.#side === 'keys' ? key : this.#side === 'values' ? value : new Tuple([key, value]);
    }
  }

  /** The items from the last to the first, for `reversed`. */
  reversed(): Once {
    return new Once([...this.iterate()].toReversed().values(), `dict_reverse${this.#side.slice(0, -1)}iterator`);
  }
}
