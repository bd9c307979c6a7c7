/** `map`, `select`, `reject` and their like: filters that use other filters and tests. */

import type { Arguments } from '../arguments.ts';
import { failed } from '../fault.ts';
import { each } from '../iterate.ts';
import { asText } from '../show.ts';
import { Once, truth, type Value } from '../values.ts';
import { getter } from './attributes.ts';
import type { Filter } from './define.ts';
import type { Run } from '../run.ts';

function* map(run: Run, value: Value, args: Arguments): Generator<Value> {
  if (!truth(run, value)) return;
  const change = changeOf(run, args);
  for (const item of each(run, value)) yield change(item);
}

function changeOf(run: Run, { positional, named }: Arguments): (item: Value) => Value {
  const [name, ...rest] = positional;
  const attribute = named.get('attribute');
  if (name === undefined && attribute !== undefined) {
    for (const other of named.keys()) {
      if (other !== 'attribute' && other !== 'default') throw failed(`Unexpected keyword argument '${other}' of map`);
    }
    return getter(run, attribute, named.get('default') ?? null);
  }
  if (name === undefined) throw failed('map requires a filter argument');
  const { text } = asText(name, 'map');
  return (item) => run.filter(text, item, { positional: rest, named });
}

function* choose(
  run: Run,
  value: Value,
  { positional, named }: Arguments,
  keep: boolean,
  byAttribute: boolean,
): Generator<Value> {
  if (!truth(run, value)) return;
  const [attribute, ...others] = byAttribute ? positional : [null, ...positional];
  if (attribute === undefined) throw failed('Missing parameter for attribute name');
  const read = getter(run, attribute);
  const [name, ...rest] = others;
  const test = name === undefined ? undefined : asText(name, 'A test').text;
  for (const item of each(run, value)) {
    const seen = read(item);
    const passes = test === undefined ? truth(run, seen) : run.test(test, seen, { positional: rest, named });
    if (passes === keep) yield item;
  }
}

const choice = (name: string, keep: boolean, byAttribute: boolean): readonly [string, Filter] => [
  name,
  (run, value, args) => new Once(choose(run, value, args, keep, byAttribute)),
];

export const SELECT_FILTERS: readonly (readonly [string, Filter])[] = [
  ['map', (run, value, args) => new Once(map(run, value, args))],
  choice('select', true, false),
  choice('reject', false, false),
  choice('selectattr', true, true),
  choice('rejectattr', false, true),
];
