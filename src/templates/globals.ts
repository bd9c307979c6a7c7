/** The names that every template has, as transformers sets Jinja up. */

import { bind, nameText, signature, textOf, wholeOf, type Arguments } from './arguments.ts';
import { dictOf } from './compare.ts';
import { failed, TemplateFault, unsupported } from './fault.ts';
import { each, itemsOf } from './iterate.ts';
import { Namespace } from './namespace.ts';
import { Range } from './range.ts';
import { strOf } from './show.ts';
import { formatTime } from './strftime.ts';
import { EMPTY, Text } from './text.ts';
import { Builtin, Dict, Thing, type Value } from './values.ts';
import type { Run } from './run.ts';

/** As many as Jinja's sandbox allows. */
const MAX_RANGE = 100_000;

function range(run: Run, args: Arguments): Range {
  const [first, second, third] = bind('range()', signature('start stop= step= /'), args);
  const whole = (value: Value | undefined, byDefault: number): number => wholeOf('range()', value, byDefault);
  const [start, stop] = second === undefined ? [0, whole(first, 0)] : [whole(first, 0), whole(second, 0)];
  const step = whole(third, 1);
  if (step === 0) throw failed('range() arg 3 must not be zero');
  const made = new Range(start, stop, step);
  if (made.length > MAX_RANGE) throw new TemplateFault('limit', `It needs a range of more than ${MAX_RANGE} items`);
  run.budget.work(8);
  return made;
}

/** dict(): from another or from pairs, and from names. */
export function makeDict(run: Run, { positional, named }: Arguments): Dict {
  if (positional.length > 1) throw failed(`dict expected at most 1 argument, got ${positional.length}`);
  const pairs: (readonly [Value, Value])[] = [];
  const [from] = positional;
  if (from instanceof Dict) pairs.push(...from.entries.values());
  else if (from !== undefined) {
    for (const pair of each(run, from)) {
      const items = itemsOf(run, pair);
      if (items.length !== 2)
        throw failed(`dictionary update sequence element has length ${items.length}; 2 is required`);
      pairs.push([items[0]!, items[1]!]);
    }
  }
  run.budget.list(pairs.length + named.size);
  return dictOf(run, [...pairs, ...[...named].map(([name, value]) => [nameText(run, name), value] as const)]);
}

function namespace(run: Run, args: Arguments): Namespace {
  const made = new Namespace();
  for (const [key, value] of makeDict(run, args).entries.values()) {
    const name = strOf(run, key);
    if (name.isGiven) run.givenNames.add(name.text);
    made.set(name.text, value);
  }
  return made;
}

class Cycler extends Thing {
  override readonly type = 'Cycler';
  readonly #items: readonly Value[];
  #at = 0;

  constructor(items: readonly Value[]) {
    super();
    if (items.length === 0) throw failed('at least one item has to be provided');
    this.#items = items;
  }

  override attribute(_run: Run, name: string): Value | undefined {
    const current = this.#items[this.#at]!;
    switch (name) {
      case 'current':
        return current;
      case 'pos':
        return BigInt(this.#at);
      case 'next':
        return new Builtin(() => {
          const item = this.#items[this.#at]!;
          this.#at = (this.#at + 1) % this.#items.length;
          return item;
        });
      case 'reset':
        return new Builtin(() => {
          this.#at = 0;
          return null;
        });
      case 'items':
        throw unsupported("'items' of a cycler");
      default:
        return undefined;
    }
  }
}

class Joiner extends Thing {
  override readonly type = 'Joiner';
  readonly #separator: Value;
  #used = false;

  constructor(separator: Value) {
    super();
    this.#separator = separator;
  }

  override get callable(): boolean {
    return true;
  }

  override call(): Value {
    if (this.#used) return this.#separator;
    this.#used = true;
    return EMPTY;
  }

  override attribute(_run: Run, name: string): Value | undefined {
    if (name === 'sep') return this.#separator;
    return name === 'used' ? this.#used : undefined;
  }
}

/** Jinja's lorem ipsum is another text each time. */
function lipsum(run: Run, args: Arguments): Text {
  const [count] = bind('lipsum()', signature('n= html= min= max='), args);
  if (wholeOf('lipsum()', count, 5) > 0) throw unsupported('lipsum, a random text,');
  run.budget.work(8);
  return EMPTY.as(true);
}

const raise = (run: Run, args: Arguments): never => {
  const [message] = bind('raise_exception()', signature('message'), args);
  throw new TemplateFault('raised', strOf(run, message!).text);
};

const now = (run: Run, args: Arguments): Text => {
  const [format] = bind('strftime_now()', signature('format'), args);
  const wanted = textOf('strftime_now()', format);
  return wanted.become(formatTime(run.now, wanted.text));
};

/** What a template may name without being given it. */
export const GLOBALS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['range', new Builtin(range)],
  ['dict', new Builtin(makeDict)],
  ['namespace', new Builtin(namespace)],
  ['cycler', new Builtin((_, { positional }) => new Cycler(positional))],
  ['joiner', new Builtin((_, args) => new Joiner(bind('joiner()', signature('sep='), args)[0] ?? new Text(', ')))],
  ['lipsum', new Builtin(lipsum)],
  ['raise_exception', new Builtin(raise)],
  ['strftime_now', new Builtin(now)],
]);
