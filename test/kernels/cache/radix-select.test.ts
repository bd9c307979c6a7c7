import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Gpu } from '../../../src/gpu/device.ts';
import { requestGpu } from '../../../src/gpu/request.ts';
import { defineKernel } from '../../../src/gpu/kernel.ts';
import { radixSelectPart } from '../../../src/kernels/cache/radix-select.ts';
import golden from '../../golden/kv-radix_select.json';
import { sortKey, topOf } from '../../../cases/reference/radix-select.ts';
import type { AnyKernelCase } from '../../../cases/support/kernel-case.ts';
import { runKernel } from '../../support/run-kernel.ts';
import { seededRandom } from '../../../cases/support/seeded-random.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await requestGpu({ provider: navigator.gpu });
});
afterAll(() => gpu?.dispose());

/** Chooses among keys, in one workgroup of 64 threads. */
const kernel = defineKernel({
  name: 'test/radix-select',
  source: `
struct Params { count : u32, k : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read> keys : array<u32>;
@group(0) @binding(2) var<storage, read> orders : array<u32>;
@group(0) @binding(3) var<storage, read_write> chosen : array<u32>;
const SELECT_THREADS = 64u;
fn key_of(item : u32) -> u32 { return keys[item]; }
fn order_of(item : u32) -> u32 { return orders[item]; }
@compute @workgroup_size(SELECT_THREADS)
fn main(@builtin(local_invocation_index) thread : u32) {
  let threshold = select_top(thread, params.count, params.k);
  for (var item = thread; item < params.count; item += SELECT_THREADS) {
    chosen[item] = select(0u, 1u, keys[item] != NO_ITEM && within(threshold, keys[item], orders[item]));
  }
}`,
  params: { count: 'u32', k: 'u32' },
  bindings: { keys: 'read', orders: 'read', chosen: 'read_write' },
  constants: {},
  includes: () => [radixSelectPart],
  grid: () => [1],
});

/** Indices of what is chosen, in order. */
async function choose(keys: readonly number[], orders: readonly number[], k: number): Promise<number[]> {
  const buffers = {
    keys: Uint32Array.from(keys),
    orders: Uint32Array.from(orders),
    chosen: new Uint32Array(keys.length),
  };
  const built = { params: { count: keys.length, k }, constants: {}, variant: undefined, buffers };
  const { chosen } = await runKernel(gpu, { kernel } as unknown as AnyKernelCase, built);
  return [...keys.keys()].filter((i) => chosen![i] === 1);
}

const best = (keys: readonly number[], orders: readonly number[], k: number): number[] =>
  topOf(
    keys.map((key, index) => ({ key, order: orders[index]!, index })).filter(({ key }) => key !== 0),
    k,
  )
    .map(({ index }) => index)
    .toSorted((a, b) => a - b);

describe('lib/radix-select', () => {
  const goldenKeys = golden.values_f32.map(sortKey);

  test('the reference orders numbers as published', () => {
    expect(goldenKeys).toEqual(golden.sortable_u32);
  });

  test.each(Object.entries(golden.topk_indices))('the published choice of %s', async (k, indices) => {
    expect(await choose(goldenKeys, [...goldenKeys.keys()], Number(k))).toEqual(indices);
  });

  test('ties go to the lowest order, wherever the items lie', async () => {
    const keys = Array<number>(300).fill(0xbf800000);
    const orders = keys.map((_, i) => (i * 7919) % 300000);
    for (const k of [1, 2, 150, 299]) expect(await choose(keys, orders, k)).toEqual(best(keys, orders, k));
  });

  test('what is no item is never chosen, even if too few are left', async () => {
    const keys = Array.from({ length: 130 }, (_, i) => (i % 3 === 0 ? 0 : 1 + (i % 5)));
    const orders = [...keys.keys()];
    for (const k of [1, 85, 86, 87, 130]) expect(await choose(keys, orders, k)).toEqual(best(keys, orders, k));
  });

  test('the extreme keys and orders', async () => {
    const keys = [0xffffffff, 1, 0xffffffff, 0, 0xfffffffe, 1, 1];
    const orders = [0xffffffff, 0, 0xfffffffe, 0, 0, 0xffffffff, 7];
    for (let k = 1; k <= 7; k++) expect(await choose(keys, orders, k)).toEqual(best(keys, orders, k));
  });

  test('100 random sets with many ties', async () => {
    const draw = seededRandom(11);
    for (let round = 0; round < 100; round++) {
      const count = 1 + draw.int(round % 10 === 0 ? 3000 : 200);
      const values = 1 + draw.int(round % 2 === 0 ? 4 : 100000);
      const keys = Array.from({ length: count }, () => sortKey(draw.int(values) / 7 - 1));
      const orders = keys.map((_, i) => (i * 2654435761) >>> 0);
      const k = 1 + draw.int(count);
      // oxlint-disable-next-line no-await-in-loop -- one GPU
      expect(await choose(keys, orders, k), `round ${round}`).toEqual(best(keys, orders, k));
    }
  });
});

describe('sort_key', () => {
  test('orders numbers as the reference, with what is no number last', async () => {
    const values = [...golden.values_f32, NaN, -NaN, Infinity, -Infinity, 3.4e38, -3.4e38];
    const inline = defineKernel({
      name: 'test/sort-key',
      source: `
@group(0) @binding(1) var<storage, read> input : array<f32>;
@group(0) @binding(2) var<storage, read_write> output : array<u32>;
const SELECT_THREADS = 64u;
fn key_of(item : u32) -> u32 { return 0u; }
fn order_of(item : u32) -> u32 { return 0u; }
@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) i : u32) { if (i < arrayLength(&input)) { output[i] = sort_key(input[i]); } }`,
      params: {},
      bindings: { input: 'read', output: 'read_write' },
      constants: {},
      includes: () => [radixSelectPart],
      grid: () => [1],
    });
    const buffers = { input: Float32Array.from(values), output: new Uint32Array(values.length) };
    const built = { params: {}, constants: {}, variant: undefined, buffers };
    const { output } = await runKernel(gpu, { kernel: inline } as unknown as AnyKernelCase, built);
    expect([...output!]).toEqual(values.map(sortKey));
  });
});
