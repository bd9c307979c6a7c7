import { afterAll, beforeAll, expect, test } from 'vitest';
import { listed } from '../../src/attention/listed.ts';
import type { DecodeSelection } from '../../src/attention/selection.ts';
import { quest } from '../../src/attention/selections/quest.ts';
import { tokenSelect } from '../../src/attention/selections/token-select.ts';
import { runKernel } from '../../src/kernels/cases/run-kernel.ts';
import { Random } from '../../src/core/rng.ts';
import { wholeBuffer, type GpuArray } from '../../src/gpu/array.ts';
import type { Gpu } from '../../src/gpu/device.ts';
import { requestGpu } from '../../src/gpu/request.ts';
import { PlanRecorder } from '../../src/gpu/plan.ts';
import { keyBounds } from '../../src/kernels/selection/page-bounds.ts';
import { slotScoresElements } from '../../src/kernels/selection/slot-scores.ts';
import { spanAt, SpanWord } from '../../src/kernels/step-layout.ts';
import { ropeTable } from '../../src/models/rope-table.ts';
import questGolden from '../golden/kv-quest.json';
import mergeGolden from '../golden/kv-lse_merge.json';
import tokenSelectGolden from '../golden/kv-tokenselect.json';
import mergeCases from '../../cases/attention/merge.case.ts';
import { buildScene, type Scene, type SceneSequence } from '../../cases/attention/scene.ts';
import { readBuffer } from '../support/run-kernel.ts';
import { fillSlots } from '../support/scene-slots.ts';

/** The published cases of selections and of merged attention. */

let gpu: Gpu;
beforeAll(async () => {
  gpu = await requestGpu({ provider: navigator.gpu });
});
afterAll(() => gpu?.dispose());

const KIND = 1;
const CAPACITY = 64;

const put = (data: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>): GpuArray => {
  const buffer = gpu.createBuffer('golden', data.byteLength);
  gpu.write(buffer, 0, data);
  return wholeBuffer(buffer);
};
const zeros = (elements: number): GpuArray => put(new Uint32Array(elements));

interface Chosen {
  /** [KV head] -> slots. */
  readonly lists: readonly (readonly number[])[];
  /** [query head] of what the chosen slots give. */
  readonly output: readonly (readonly number[])[];
}

/** Lets a selection choose for the scene's row, and attention read what it chose. */
async function choose(
  selection: DecodeSelection,
  scene: Scene,
  memory: GpuArray | undefined,
  turns?: Float32Array<ArrayBuffer>,
): Promise<Chosen> {
  const { kv, kvHeads, group, headDim, layer, layout } = scene;
  const qHeads = kvHeads * group;
  const view = {
    layer,
    qHeads,
    kvHeads,
    groupSize: group,
    headDim,
    window: 0,
    kv,
    sequences: layout.maxSequences,
    cache: put(scene.cache),
    state: put(scene.state),
    ...(turns && { turns: { vectors: put(turns), at: 0, pairs: headDim / 2 } }),
  };
  const query = put(scene.query);
  const selected = zeros(kvHeads * (CAPACITY + 1));
  const [output, lse, partials] = [zeros(qHeads * headDim), zeros(qHeads), zeros(64)];
  const recorder = new PlanRecorder();
  const scores = zeros(slotScoresElements(1, qHeads, CAPACITY));
  const bounds = zeros((keyBounds.pageBytes(view) / 4) * scene.cache.length);
  selection.encode(
    recorder,
    view,
    { query, scores, selected, memory, aux: () => bounds },
    { rows: 1, lengthBucket: CAPACITY, capacity: CAPACITY },
    KIND,
  );
  listed().encode(
    recorder,
    view,
    { query, output, lse, partials, selected },
    { rows: 1, lengthBucket: CAPACITY, capacity: CAPACITY, kind: KIND },
  );
  const plan = await recorder.build(gpu, 'golden selection');
  await gpu.checked('golden selection', () => plan.replay());
  const lists = await readBuffer(gpu, selected.buffer, selected.byteLength);
  const outputs = new Float32Array((await readBuffer(gpu, output.buffer, output.byteLength)).buffer);
  plan.dispose();
  return {
    lists: Array.from({ length: kvHeads }, (_, head) => {
      const at = head * (CAPACITY + 1);
      return [...lists.subarray(at + 1, at + 1 + lists[at]!)];
    }),
    output: Array.from({ length: qHeads }, (_, head) => [...outputs.subarray(head * headDim, (head + 1) * headDim)]),
  };
}

function expectNear(got: readonly number[], want: readonly number[], tolerance = 1e-5): void {
  expect(got).toHaveLength(want.length);
  got.forEach((number, i) => expect(Math.abs(number - want[i]!)).toBeLessThan(tolerance * (1 + Math.abs(want[i]!))));
}

const sceneOf = (sequence: SceneSequence, kvHeads: number, group: number): Scene =>
  buildScene({ kv: 'f32', kvHeads, group, headDim: 4, bucket: 1, sequences: [sequence] }, new Random(1));

test('kv-quest.json: the pages that are read, and what they give', async () => {
  const { inputs, params, selected_pages, output } = questGolden;
  // The case has pages of 4 tokens and ours have 16 at least: each token four times has the same bounds and the same attention.
  const times = 16 / params.page;
  const selection = quest({ pages: params.page_budget_incl_last, sinks: 0, recent: 1 });
  const tokens = inputs.K.flatMap((key, i) => Array.from({ length: times }, () => ({ key, value: inputs.V[i]! })));
  const scene = sceneOf(
    {
      length: tokens.length - 1,
      rows: 1,
      select: KIND,
      selection,
    },
    1,
    1,
  );
  fillSlots(scene, [tokens]);
  scene.query.set(inputs.q);
  // Bounds of closed pages are noted down while a page is filled: here at once.
  const chosen = await choose(selection, scene, undefined);
  expect(chosen.lists).toEqual([
    selected_pages.flatMap((page) =>
      Array.from({ length: 16 }, (_, i) => page * 16 + i).filter((slot) => slot < tokens.length),
    ),
  ]);
  expectNear(chosen.output[0]!, output);
});

test('kv-tokenselect.json: the vote of all heads, and when a choice is used again', async () => {
  const { inputs, params, steps } = tokenSelectGolden;
  const { H: qHeads, Hkv: kvHeads, n_init: sinks, n_local: recent, k, theta, rope_base: base } = params;
  const frequencies = [1, base ** -0.5];
  /** Element i of the case turns with element i + 2; ours with its neighbour. */
  const ours = (numbers: readonly number[]): number[] => [0, 2, 1, 3].map((i) => numbers[i]!);
  const rotated = (numbers: readonly number[], position: number): number[] =>
    frequencies.flatMap((frequency, i) => {
      const [x, y] = ours(numbers).slice(2 * i) as [number, number];
      const [cos, sin] = [Math.cos(position * frequency), Math.sin(position * frequency)];
      return [x * cos - y * sin, x * sin + y * cos];
    });
  const selection = tokenSelect({ k, sinks, recent, scoring: 'release', theta });
  const memory = zeros(2 * selection.memoryWords({ qHeads, kvHeads, headDim: 4 }, CAPACITY));
  for (const { query, n_tokens: tokens, retrieved_positions: want } of steps) {
    const scene = sceneOf(
      {
        length: tokens - 1,
        rows: 1,
        select: KIND,
        selection,
      },
      kvHeads,
      qHeads / kvHeads,
    );
    const keys = inputs['K_prerope[token][kvhead][d]'];
    const values = inputs['V[token][kvhead][d]'];
    fillSlots(
      scene,
      Array.from({ length: kvHeads }, (_, head) =>
        Array.from({ length: tokens }, (__, at) => ({
          key: rotated(keys[at]![head]!, at),
          value: ours(values[at]![head]!),
        })),
      ),
    );
    scene.state[spanAt(scene.layout, 1, scene.rowList) + SpanWord.rows] = 1;
    scene.query.set(inputs.q_prerope[query]!.flatMap((head) => rotated(head, tokens - 1)));
    // oxlint-disable-next-line no-await-in-loop -- a step remembers the one before
    const { lists } = await choose(selection, scene, memory, ropeTable(frequencies, 1, 64));
    expect(lists, `step ${query}`).toEqual(Array.from({ length: kvHeads }, () => want));
  }
  // Each choice differs from that of the step before as the case says: a hit keeps 4, 6, 8 where the vote would not.
  expect(steps.map(({ cache }) => cache.split(' ')[0])).toEqual(['miss', 'hit', 'miss']);
});

test('kv-lse_merge.json: parts of attention merge to the whole, and an empty part changes nothing', async () => {
  const { partials, reference } = mergeGolden;
  const [plain] = mergeCases;
  const empty = { out: [0, 0, 0, 0], lse: undefined };
  for (const parts of [partials, [empty, ...partials, empty]]) {
    const built = plain.build(
      { qHeads: 1, headDim: 4, splits: parts.length, rows: 1, threads: 8, bucket: 1 },
      new Random(1),
    );
    // The kernel's parts: sums scaled by 2^-maximum, the maximum in powers of 2, and the sum of weights.
    parts.forEach(({ out, lse }, i) =>
      built.buffers.partials.set(
        [...out, lse === undefined ? -3e38 : lse * Math.LOG2E, lse === undefined ? 0 : 1],
        i * 8,
      ),
    );
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const { output, lse } = await runKernel(gpu, plain, built);
    expectNear([...new Float32Array(output!.buffer)], reference.out);
    expectNear([...new Float32Array(lse!.buffer)], [reference.lse]);
  }
});
