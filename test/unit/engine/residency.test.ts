import { describe, expect, test } from 'vitest';
import { exactly, Residency, type Cut } from '../../../src/engine/memory/residency.ts';

const rule = (budgets: readonly number[], every: number, spread = 1) => ({ budgets, every, spread });

/** A step whose rows are known beforehand. */
const add = (residency: Residency, rows: number, cut: Cut): boolean => {
  residency.expect(exactly(rows), cut);
  return residency.commit(rows);
};

describe('without a budget', () => {
  test('every token stays', () => {
    const residency = new Residency(3);
    expect(add(residency, 100, 'now')).toBe(false);
    expect(add(residency, 1, 'due')).toBe(false);
    expect(residency).toMatchObject({ tokens: 101, meanSlots: 101, evicted: false, cuts: 0 });
    expect(residency.room(5, 'due')).toEqual([106, 106, 106]);
    residency.rollBack(41);
    expect(residency).toMatchObject({ tokens: 60, meanSlots: 60 });
  });
});

describe('with a budget', () => {
  test('a prompt is cut when it is told, then slots gather until a cut is due', () => {
    const residency = new Residency(2, rule([10, 10], 4));
    expect(add(residency, 30, 'never')).toBe(false);
    expect(add(residency, 5, 'now')).toBe(true);
    expect(residency).toMatchObject({ tokens: 35, meanSlots: 10, cuts: 1, lastCutAt: 35, evicted: true, closed: 25 });
    expect(residency.cutsIn(9, exactly(1), 'due')).toEqual([
      false,
      false,
      false,
      true,
      false,
      false,
      false,
      true,
      false,
    ]);
    expect([1, 2, 3].map(() => add(residency, 1, 'due'))).toEqual([false, false, false]);
    expect(residency.meanSlots).toBe(13);
    expect(add(residency, 1, 'due')).toBe(true);
    expect(residency).toMatchObject({ tokens: 39, meanSlots: 10, cuts: 2 });
  });

  test('nothing is cut at or below the budget', () => {
    const residency = new Residency(1, rule([10], 4));
    expect(add(residency, 10, 'now')).toBe(false);
    expect(residency.evicted).toBe(false);
  });

  test('room is for what is appended before a cut, and flat with cuts between', () => {
    const residency = new Residency(2, rule([10, 20], 4));
    expect(residency.room(100, 'never')).toEqual([100, 100]);
    add(residency, 100, 'now');
    expect(residency.room(1, 'due')).toEqual([11, 21]);
    expect(residency.room(1000, 'due')).toEqual([14, 24]);
    expect(residency.room(30, 'never')).toEqual([40, 50]);
  });

  test('layers of different budgets are cut at different times', () => {
    const residency = new Residency(2, rule([4, 8], 1));
    add(residency, 6, 'now');
    expect(residency.meanSlots).toBe(5);
    expect(residency.cutsIn(3, exactly(1), 'due')).toEqual([true, true, true]);
    add(residency, 1, 'due');
    add(residency, 1, 'due');
    expect(residency.meanSlots).toBe(6);
    expect(residency.mostAfter(1)).toBe(9);
  });

  test('where heads compete, one of them may hold more than its share', () => {
    const residency = new Residency(1, rule([10], 1, 2.5));
    add(residency, 100, 'now');
    expect(residency.mostAfter(1)).toBe(26);
    expect(residency.room(1, 'due')).toEqual([26]);
  });
});

describe('steps in flight', () => {
  test('count with the most that they may commit, until they are read', () => {
    const residency = new Residency(2);
    add(residency, 10, 'never');
    residency.expect({ least: 1, most: 5 }, 'never');
    residency.expect({ least: 1, most: 5 }, 'never');
    expect(residency).toMatchObject({ tokens: 10, mostTokens: 20, inFlight: 2, meanSlots: 10 });
    expect([residency.mostAfter(1), residency.room(1, 'never')]).toEqual([21, [21, 21]]);
    residency.commit(2);
    expect(residency).toMatchObject({ tokens: 12, mostTokens: 17, inFlight: 1 });
    residency.commit(5);
    expect(residency).toMatchObject({ tokens: 17, mostTokens: 17, inFlight: 0 });
  });

  test('a step may cut as soon as its most rows would fill a layer, and did where its real rows have', () => {
    const tree = { least: 1, most: 3 };
    const residency = new Residency(1, rule([10], 4));
    add(residency, 12, 'now');
    expect(residency.cutsIn(3, tree, 'due')).toEqual([false, true, true]);
    residency.expect(tree, 'due');
    expect(residency.cutsIn(2, tree, 'due')).toEqual([true, true]);
    residency.expect(tree, 'due');
    expect(residency.commit(1)).toBe(false);
    expect(residency.commit(2)).toBe(false);
    expect(residency).toMatchObject({ tokens: 15, meanSlots: 13 });
    // After a step that surely cuts one knows again how many there are.
    expect(residency.cutsIn(4, exactly(1), 'due')).toEqual([true, false, false, false]);
    residency.expect(tree, 'due');
    expect(residency.commit(3)).toBe(true);
    expect(residency).toMatchObject({ tokens: 18, meanSlots: 10, cuts: 2, lastCutAt: 18 });
  });

  test('a sequence that was done, or is no longer wanted, commits nothing', () => {
    const residency = new Residency(1);
    add(residency, 4, 'never');
    residency.expect(exactly(1), 'never');
    expect(residency.commit(0)).toBe(false);
    expect(residency).toMatchObject({ tokens: 4, inFlight: 0 });
  });

  test('rows outside of what was expected are an error', () => {
    const residency = new Residency(1);
    expect(() => residency.commit(1)).toThrow(/1 rows were committed, none expected/);
    residency.expect({ least: 2, most: 3 }, 'never');
    expect(() => residency.commit(4)).toThrow(/4 rows were committed, 2 to 3 expected/);
  });
});
