import { describe, expect, test } from 'vitest';
import { adaptivePerHead, pyramid, uniform } from '../../../src/cache/budgets.ts';

describe('uniform', () => {
  test('is the same in every layer', () => {
    expect(uniform(170).perLayer(3)).toEqual([170, 170, 170]);
    expect(uniform(170)).toMatchObject({ name: 'uniform', slots: 170, floor: 0, parameters: { slots: 170 } });
  });

  test.each([0, -1, 1.5, NaN, Infinity, 2 ** 31])('refuses %d slots', (slots) => {
    expect(() => uniform(slots)).toThrow(/The parameter slots of uniform is .* \[usage-option\]/);
  });
});

describe('pyramid', () => {
  test('falls in a straight line from 2 C - C / beta to C / beta', () => {
    // 2 * 100 - 100 / 20 = 195, and 5: steps of 47.5.
    expect(pyramid(100, { beta: 20 }).perLayer(5)).toEqual([195, 148, 100, 52, 5]);
    expect(pyramid(100, { beta: 1 }).perLayer(4)).toEqual([100, 100, 100, 100]);
    expect(pyramid(7, { beta: 7 }).perLayer(2)).toEqual([13, 1]);
    expect(pyramid(64).perLayer(1)).toEqual([64]);
    // 40 stay in every layer, and 60 are shared out from 117 to 3.
    expect(pyramid(100, { beta: 20 }).perLayer(3, 40)).toEqual([157, 100, 43]);
  });

  test('keeps the sum, the order, and a slot for every layer', () => {
    for (const [slots, beta, layers] of [
      [170, 20, 30],
      [512, 20, 24],
      [33, 7.3, 11],
      [20, 20, 30],
      [1000, 3, 2],
    ] as const) {
      const shares = pyramid(slots, { beta }).perLayer(layers);
      expect(shares).toHaveLength(layers);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(layers * slots);
      expect(shares).toEqual(shares.toSorted((a, b) => b - a));
      expect(Math.min(...shares)).toBeGreaterThanOrEqual(1);
      expect(shares.every(Number.isInteger)).toBe(true);
      const [first, last] = [2 * slots - slots / beta, slots / beta];
      shares.forEach((share, i) => {
        expect(Math.abs(share - (first + ((last - first) * i) / (layers - 1)))).toBeLessThanOrEqual(1);
      });
    }
  });

  test('refuses a beta that leaves a layer nothing, or is below 1', () => {
    expect(() => pyramid(10, { beta: 20 })).toThrow(/leaves the last layer less than one slot.*\[usage-option\]/);
    expect(() => pyramid(10, { beta: 0.5 })).toThrow(/The parameter beta of pyramid is 0.5/);
  });
});

describe('adaptivePerHead', () => {
  test('says its floor', () => {
    expect(adaptivePerHead(64)).toMatchObject({ slots: 64, floor: 0.2, parameters: { slots: 64, floor: 0.2 } });
    expect(adaptivePerHead(64, { floor: 1 }).perLayer(2)).toEqual([64, 64]);
  });

  test.each([0, -0.1, 1.01, NaN])('refuses a floor of %d', (floor) => {
    expect(() => adaptivePerHead(64, { floor })).toThrow(/The parameter floor of adaptive-per-head is/);
  });
});
