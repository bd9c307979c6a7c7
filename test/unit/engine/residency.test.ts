import { describe, expect, test } from 'vitest';
import { Residency } from '../../../src/engine/memory/residency.ts';

const rule = (budgets: readonly number[], every: number, spread = 1) => ({ budgets, every, spread });

describe('without a budget', () => {
  test('every token stays', () => {
    const residency = new Residency(3);
    expect(residency.append(100, 'now')).toBe(false);
    expect(residency.append(1, 'due')).toBe(false);
    expect(residency).toMatchObject({ tokens: 101, meanSlots: 101, evicted: false, cuts: 0 });
    expect(residency.room(5, 'due')).toEqual([106, 106, 106]);
    residency.rollBack(41);
    expect(residency).toMatchObject({ tokens: 60, meanSlots: 60 });
  });
});

describe('with a budget', () => {
  test('a prompt is cut when it is told, then slots gather until a cut is due', () => {
    const residency = new Residency(2, rule([10, 10], 4));
    expect(residency.append(30, 'never')).toBe(false);
    expect(residency.append(5, 'now')).toBe(true);
    expect(residency).toMatchObject({ tokens: 35, meanSlots: 10, cuts: 1, lastCutAt: 35, evicted: true, closed: 25 });
    expect(residency.dueIn(9)).toEqual([false, false, false, true, false, false, false, true, false]);
    expect([1, 2, 3].map(() => residency.append(1, 'due'))).toEqual([false, false, false]);
    expect(residency.meanSlots).toBe(13);
    expect(residency.append(1, 'due')).toBe(true);
    expect(residency).toMatchObject({ tokens: 39, meanSlots: 10, cuts: 2 });
  });

  test('nothing is cut at or below the budget', () => {
    const residency = new Residency(1, rule([10], 4));
    expect(residency.append(10, 'now')).toBe(false);
    expect(residency.evicted).toBe(false);
  });

  test('room is for what is appended before a cut, and flat with cuts between', () => {
    const residency = new Residency(2, rule([10, 20], 4));
    expect(residency.room(100, 'never')).toEqual([100, 100]);
    residency.append(100, 'now');
    expect(residency.room(1, 'due')).toEqual([11, 21]);
    expect(residency.room(1000, 'due')).toEqual([14, 24]);
    expect(residency.room(30, 'never')).toEqual([40, 50]);
  });

  test('layers of different budgets are cut at different times', () => {
    const residency = new Residency(2, rule([4, 8], 1));
    residency.append(6, 'now');
    expect(residency.meanSlots).toBe(5);
    expect(residency.dueIn(3)).toEqual([true, true, true]);
    residency.append(1, 'due');
    residency.append(1, 'due');
    expect(residency.meanSlots).toBe(6);
    expect(residency.mostAfter(1)).toBe(9);
  });

  test('where heads compete, one of them may hold more than its share', () => {
    const residency = new Residency(1, rule([10], 1, 2.5));
    residency.append(100, 'now');
    expect(residency.mostAfter(1)).toBe(26);
    expect(residency.room(1, 'due')).toEqual([26]);
  });
});
