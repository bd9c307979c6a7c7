import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { wholeBuffer } from '../../src/gpu/array.ts';
import type { Gpu } from '../../src/gpu/device.ts';
import { requestGpu } from '../../src/gpu/request.ts';
import { defineKernel } from '../../src/gpu/kernel.ts';
import type { MatrixShape } from '../../src/kernels/linear/tuning.ts';
import { chooseKernels, type KernelChoice } from '../../src/engine/tuning/kernel-choice.ts';
import { attentionTunables } from '../../src/engine/tuning/attention-tunable.ts';
import { autotune } from '../../src/engine/tuning/autotune.ts';
import { race } from '../../src/engine/tuning/race.ts';
import { adapterKey, readChoices, writeChoices, type TuningStore } from '../../src/engine/tuning/tuning-store.ts';
import { disguised } from '../support/disguised-gpu.ts';

const shapes: readonly MatrixShape[] = [
  { type: 'Q4_1', outputs: 96, columns: 64, role: 'project' },
  { type: 'Q4_1', outputs: 96, columns: 64, role: 'project' },
  { type: 'Q8_0', outputs: 320, columns: 64, role: 'lm-head' },
];

const heads = [{ qHeads: 6, kvHeads: 2, headDim: 16 }];

/** Chooses kernels for the shapes above, and gives the table of choices. */
const choose = async (
  options: Partial<Parameters<typeof chooseKernels>[0]> & { readonly gpu: Gpu },
): Promise<KernelChoice['table']> => {
  const { table } = await chooseKernels({
    matrices: shapes,
    heads,
    kv: 'f16',
    activationsOf: () => 'f32',
    enabled: true,
    store: undefined,
    ...options,
  });
  return table;
};

/** A store that remembers, and counts how often it was written. */
function memoryStore(text?: string): TuningStore & { text: string | undefined; writes: number } {
  const store = {
    text,
    writes: 0,
    read: async () => store.text,
    write: async (next: string) => {
      store.text = next;
      store.writes++;
    },
  };
  return store;
}

let gpu: Gpu;
let wide: Gpu;
beforeAll(async () => {
  gpu = await requestGpu({ provider: navigator.gpu });
  wide = await requestGpu({ provider: disguised(navigator.gpu) });
});
afterAll(() => {
  gpu?.dispose();
  wide?.dispose();
});

describe('autotuning', () => {
  test('leaves software adapters their stored shapes', async () => {
    const store = memoryStore();
    const table = await choose({ gpu, store });
    expect(table.source).toBe('table');
    expect(table.choices.map(({ shape, tried }) => [shape, tried])).toEqual([
      ['project 96x64 Q4_1', 0],
      ['lm-head 320x64 Q8_0', 0],
      ['decode attention 3x16 f16', 0],
      ['prefill attention 3x16 f16', 0],
    ]);
    expect(store.writes).toBe(0);
  });

  test('measures every candidate of a GPU once, keeps the choice, and gives its memory back', async () => {
    const store = memoryStore();
    const before = wide.bytes;
    const one = { gpu: wide, matrices: shapes.slice(0, 2), heads: [], store };
    const first = await choose({ ...one, timeBox: 110_000 });
    expect(wide.bytes).toBe(before);
    expect(first.source).toBe('measured');
    expect(first.complete).toBe(true);
    for (const { tried, gain } of first.choices) {
      expect(tried).toBeGreaterThan(5);
      expect(gain).toBeGreaterThanOrEqual(1);
    }
    const dispatches = wide.counts.dispatches;
    const second = await choose(one);
    expect(second.source).toBe('kept');
    expect(second.choices.map(({ kernels }) => kernels)).toEqual(first.choices.map(({ kernels }) => kernels));
    expect(wide.counts.dispatches).toBe(dispatches);
    expect(store.writes).toBe(1);
  });

  test('measures ways to attend', async () => {
    const before = wide.bytes;
    const tunables = attentionTunables(wide, heads[0]!, 'f16').slice(0, 1); // GPU shapes of prefill compile for a minute here.
    const { choices, complete } = await autotune({
      gpu: wide,
      tunables,
      enabled: true,
      store: undefined,
      timeBox: 110_000,
    });
    expect(wide.bytes).toBe(before);
    expect(complete).toBe(true);
    expect(choices.map(({ shape }) => shape)).toEqual(['decode attention 3x16 f16']);
    for (const { tried } of choices) expect(tried).toBeGreaterThan(1);
  });

  test('that is off, or has no time, takes the defaults and says so', async () => {
    const store = memoryStore();
    const off = await choose({ gpu: wide, enabled: false, store });
    const none = await choose({ gpu: wide, store, timeBox: 0 });
    expect([off.source, none.source, none.complete]).toEqual(['off', 'measured', false]);
    expect(none.choices.map(({ kernels }) => kernels)).toEqual(off.choices.map(({ kernels }) => kernels));
    expect(store.writes).toBe(0);
  });

  test('does not trust what is kept', async () => {
    const key = adapterKey(wide);
    for (const text of ['', 'no JSON', '[]', JSON.stringify({ [key]: 7 }), JSON.stringify({ [key]: { a: {} } })]) {
      // oxlint-disable-next-line no-await-in-loop -- a few texts
      expect(await readChoices(memoryStore(text), key)).toEqual({});
    }
    const strange = memoryStore(JSON.stringify({ [key]: { 'project 96x64 Q4_1': 'no such kernel' } }));
    const table = await choose({ gpu: wide, matrices: shapes.slice(0, 1), heads: [], store: strange, timeBox: 0 });
    expect(table.source).toBe('measured');
  });

  test('keeps the choices of 16 adapters', async () => {
    const store = memoryStore();
    for (let i = 0; i < 20; i++) {
      // oxlint-disable-next-line no-await-in-loop -- each reads what the one before wrote
      await writeChoices(store, `adapter ${i}`, { shape: String(i) });
    }
    expect(await readChoices(store, 'adapter 3')).toEqual({});
    expect(await readChoices(store, 'adapter 4')).toEqual({ shape: '4' });
    expect(await readChoices(store, 'adapter 19')).toEqual({ shape: '19' });
  });
});

describe('a race', () => {
  const spin = defineKernel({
    name: 'test/spin',
    source: `struct Params { turns : u32 }
@group(0) @binding(0) var<uniform> params : Params;
@group(0) @binding(1) var<storage, read_write> sums : array<f32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id : vec3u) {
  var sum = f32(id.x);
  for (var i = 0u; i < params.turns; i++) { sum = fma(sum, 0.5, 0.1); }
  sums[id.x] = sum;
}`,
    params: { turns: 'u32' },
    bindings: { sums: 'read_write' },
    constants: {},
    grid: () => [16],
  });
  const entrant = (turns: number) => {
    const sums = wholeBuffer(gpu.createBuffer('sums', 4096));
    const call = spin.call({ params: { turns }, constants: {}, variant: undefined, bindings: { sums } });
    return { name: `spin ${turns}`, dispatches: [call] };
  };

  test('is won by what is surely faster', async () => {
    const result = await race(gpu, [entrant(40_000), entrant(400)], Number.POSITIVE_INFINITY);
    expect(result).toMatchObject({ winner: 1, tried: 2 });
    expect(result.gain).toBeGreaterThan(1.03);
  });

  test('goes on without what the device cannot compile', async () => {
    const broken = defineKernel({ ...spin.spec, name: 'test/broken', source: 'no WGSL' });
    const sums = wholeBuffer(gpu.createBuffer('sums', 4096));
    const call = broken.call({ params: { turns: 1 }, constants: {}, variant: undefined, bindings: { sums } });
    const wrong = { name: 'broken', dispatches: [call] };
    expect(await race(gpu, [entrant(10), wrong], Number.POSITIVE_INFINITY)).toMatchObject({ winner: 0, tried: 2 });
    expect(await race(gpu, [wrong, entrant(10)], Number.POSITIVE_INFINITY)).toMatchObject({ winner: 1, tried: 2 });
  });

  test('is not run by one alone, nor when the time is up', async () => {
    const { dispatches } = gpu.counts;
    expect(await race(gpu, [entrant(10)], Number.POSITIVE_INFINITY)).toEqual({ winner: 0, tried: 0, gain: 1 });
    expect(await race(gpu, [entrant(10), entrant(1)], 0)).toEqual({ winner: 0, tried: 0, gain: 1 });
    expect(gpu.counts.dispatches).toBe(dispatches);
  });
});
