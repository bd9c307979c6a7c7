import { expect, test } from 'vitest';
import type { MemoryView } from '../../../src/core/api.ts';
import { gridPixels, readHex, scaleColour } from '../../../demo/chat/state/grid-pixels.ts';
import { memoryCounts } from '../../../demo/chat/state/memory-counts.ts';
import { memoryGrid, observesAttention, placesOf } from '../../../demo/chat/state/memory-grid.ts';
import { keepersOf } from '../../../demo/chat/state/memory-readout.ts';

/** Two layers of two heads over five tokens: token 3 is gone from the first layer, and from one head of the second. */
const VIEW: MemoryView = {
  tokens: 5,
  ids: [9, 8, 7, 6, 5],
  bytes: 60,
  fullBytes: 100,
  layers: [
    [
      { positions: [0, 1, 4], mass: [100, 10, 1] },
      { positions: [0, 2, 4], mass: [300, 20, 3] },
    ],
    [
      { positions: [0, 1, 2, 3, 4], mass: [1, 1, 1, 1, 1] },
      { positions: [0, 4], mass: [1, 1] },
    ],
  ],
};
const rounded = (values: Float32Array): number[] => [...values].map((value) => Math.round(value * 1000) / 1000);

test('a layer is the mean of its heads on a logarithmic scale; shares say how many keep a token', () => {
  const { columns, rows } = memoryGrid(VIEW, 'attention', new Set());
  expect(columns).toBe(5);
  expect(rows.map(({ layer, head }) => [layer, head])).toEqual([
    [0, undefined],
    [1, undefined],
  ]);
  // Means 200, 10, 20, none, 2: a factor of ten is a third of the scale.
  expect(rounded(rows[0]!.values)).toEqual([1, 0.566, 0.667, 0, 0.333]);
  expect([...rows[0]!.shares]).toEqual([1, 0.5, 0.5, 0, 1]);
  expect([...rows[1]!.shares]).toEqual([1, 0.5, 0.5, 0.5, 1]);
});

test('an opened layer has a row for each head below it', () => {
  const { rows } = memoryGrid(VIEW, 'attention', new Set([0]));
  expect(rows.map(({ layer, head }) => [layer, head])).toEqual([
    [0, undefined],
    [0, 0],
    [0, 1],
    [1, undefined],
  ]);
  expect([...rows[1]!.shares]).toEqual([1, 1, 0, 0, 1]);
  expect(rounded(rows[1]!.values)).toEqual([1, 0.667, 0, 0, 0.333]);
});

test('age goes from the oldest to the newest, whatever was noted down', () => {
  expect(rounded(memoryGrid(VIEW, 'age', new Set()).rows[0]!.values)).toEqual([0, 0.25, 0.5, 0.75, 1]);
  expect(observesAttention(VIEW)).toBe(true);
  expect(observesAttention({ ...VIEW, layers: [[{ positions: [0] }]] })).toBe(false);
});

test('where positions are places in the cache, there are as many columns as places', () => {
  const ranked = { ...VIEW, layers: [[{ positions: [0, 1, 2] }, { positions: [0, 1] }]] };
  expect(placesOf(ranked)).toBe(3);
  expect([...memoryGrid(ranked, 'age', new Set(), 3).rows[0]!.shares]).toEqual([1, 1, 0.5]);
  expect(placesOf({ ...VIEW, layers: [] })).toBe(0);
});

test('a gone token is an empty pixel, one that some heads keep is half see-through', () => {
  const grid = memoryGrid(VIEW, 'age', new Set());
  const pixels = gridPixels(grid, [readHex('#000000'), readHex('#ff8040')]);
  const pixel = (column: number, row: number): number[] => Array.from(pixels.slice((row * 5 + column) * 4).slice(0, 4));
  expect(pixel(0, 0)).toEqual([0, 0, 0, 255]);
  expect(pixel(3, 0)).toEqual([0, 0, 0, 0]);
  expect(pixel(2, 0)).toEqual([128, 64, 32, 128]);
  expect(pixel(4, 1)).toEqual([255, 128, 64, 255]);
});

test('colours between the stops are mixed, and none lies outside the scale', () => {
  const stops = [readHex('#000000'), readHex('#646464'), readHex(' #ffffff')];
  expect(scaleColour(stops, 0.25)).toEqual([50, 50, 50]);
  expect(scaleColour(stops, 2)).toEqual([255, 255, 255]);
  expect(scaleColour(stops, -1)).toEqual([0, 0, 0]);
});

test('slots are those of a head on average, beside all tokens', () => {
  expect(memoryCounts(VIEW)).toEqual({ tokens: 5, slots: 3, bytes: 60, fullBytes: 100 });
  expect(memoryCounts({ ...VIEW, tokens: 0, layers: [] })).toMatchObject({ slots: 0 });
});

test('the readout says who keeps a token, and with how much attention', () => {
  const say = (token: number, layer: number, head?: number): string => keepersOf(VIEW, token, layer, head);
  expect(say(0, 0)).toBe('layer 0: kept by all 2 heads, 92 % of the attention · whole model: kept by all 4 heads.');
  expect(say(1, 0)).toContain('layer 0: kept by 1 of 2 heads, 2.3 % of the attention');
  expect(say(3, 0)).toBe('layer 0: gone · whole model: kept by 1 of 4 heads.');
  expect(say(2, 0, 0)).toContain('layer 0, head 0: gone ·');
  expect(say(2, 0, 1)).toContain('layer 0, head 1: kept, 6.2 % of the attention');
});
