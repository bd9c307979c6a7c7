import { expect, test } from 'vitest';
import { promptLookup, tokenRecycling, type Proposer } from '../../../src/decoding/index.ts';
import type { Run } from '../../../src/engine/step/run.ts';
import { Turns } from '../../../src/engine/step/turns.ts';
import { GENERATE_DEFAULTS } from '../../../src/sampling/settings.ts';

const run = (kv: string, constraint?: object, decoding?: Proposer): Run =>
  ({ lease: { methods: { kv, decoding } }, constraint, sampling: GENERATE_DEFAULTS }) as unknown as Run;

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

test('runs for which something else drafts take turns; a run that cannot be drafted for goes with those without', () => {
  const turns = new Turns();
  const [one, other] = [tokenRecycling(), promptLookup()];
  const runs = [run('f16', undefined, one), run('f16'), run('f16', undefined, other), run('f16', undefined, one)];
  expect([1, 2, 3].map(() => turns.next(runs).map((each) => runs.indexOf(each)))).toEqual([[0, 3], [1], [2]]);
  const constrained = [run('f16', {}), run('f16', {}, one)];
  expect(turns.next(constrained)).toEqual(constrained);
});
