import { expect, test } from 'vitest';
import type { Run } from '../../../src/engine/step/run.ts';
import { Turns } from '../../../src/engine/step/turns.ts';

const run = (kv: string, constraint?: object): Run => ({ lease: { methods: { kv } }, constraint }) as unknown as Run;

test('runs that can share a step go on without an end', () => {
  const turns = new Turns();
  const runs = [run('f16'), run('f16')];
  expect(turns.next(runs)).toEqual(runs);
  expect(turns.left).toBe(Number.POSITIVE_INFINITY);
});

test('runs that store keys and values otherwise, or need the CPU for every token, take turns of several steps', () => {
  const turns = new Turns();
  const constrained = run('f16', {});
  const runs = [run('f16'), run('q8'), constrained, run('q8')];
  const seen = [1, 2, 3, 4].map(() => {
    const group = turns.next(runs);
    expect(turns.left).toBeGreaterThan(1);
    expect(group).toEqual(turns.runs);
    return group.map((one) => runs.indexOf(one));
  });
  expect(seen).toEqual([[0], [1, 3], [2], [0]]);
});
