import { expect, test } from 'vitest';
import { calmSetImmediate } from '../../support/calm-polling.ts';

test('only native callbacks without a name pause, and get their arguments', () => {
  const calls: unknown[] = [];
  const note = (kind: string) =>
    ((callback: unknown, ...args: unknown[]) => calls.push([kind, callback, ...args])) as never;
  const calm = calmSetImmediate(note('now'), note('later'));
  // A Proxy of a function reads as native code, as Dawn's callbacks do.
  const poll = new Proxy(() => {}, {});
  const named = function named(value: number): number {
    return value;
  };
  calm(poll);
  calm(named, 5);
  calm(Math.random);
  expect(calls).toEqual([
    ['later', poll, 1],
    ['now', named, 5],
    ['now', Math.random],
  ]);
});
