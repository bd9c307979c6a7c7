import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { dense, partialsBytes } from '../../../src/attention/dense.ts';
import { Random } from '../../../src/core/rng.ts';
import { wholeBuffer, type GpuArray } from '../../../src/gpu/array.ts';
import type { Gpu } from '../../../src/gpu/device.ts';
import { requestGpu } from '../../../src/gpu/request.ts';
import { PlanRecorder } from '../../../src/gpu/plan.ts';
import { MAX_SPLITS } from '../../../src/kernels/attention/merge.ts';
import { decodeCandidates, prefillCandidates } from '../../../src/kernels/attention/tuning.ts';
import type { Bytes } from '../../../cases/support/kernel-case.ts';
import { sampleOf } from '../../support/sample.ts';
import { readBuffer } from '../../support/run-kernel.ts';
import { attentionOf, buildScene, untouched, type SceneShape } from '../../../cases/attention/scene.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await requestGpu({ provider: navigator.gpu });
});
afterAll(() => gpu?.dispose());

const one = { kv: 'f16', kvHeads: 1, group: 3, headDim: 64 } as const;

const steps: readonly {
  readonly name: string;
  readonly lengthBucket: number;
  readonly labels: string[];
  readonly shape: SceneShape;
}[] = [
  {
    name: 'one row, short: one dispatch',
    lengthBucket: 256,
    labels: ['attention'],
    shape: { ...one, bucket: 1, sequences: [{ length: 200, rows: 1 }] },
  },
  {
    name: 'rows of two sequences in a long bucket: split, and most splits see nothing',
    lengthBucket: 2048,
    labels: ['attention', 'attention-merge'],
    shape: {
      ...one,
      kvHeads: 2,
      bucket: 4,
      invalid: [1],
      sequences: [
        { length: [70, 3], rows: 2 },
        { length: 400, rows: 1 },
      ],
    },
  },
  {
    name: 'a window outside of which whole splits lie',
    lengthBucket: 1024,
    labels: ['attention', 'attention-merge'],
    shape: { ...one, kv: 'f32', window: 2, bucket: 1, sequences: [{ length: 600, rows: 1 }] },
  },
  {
    name: 'more rows than decoding takes: tiles',
    lengthBucket: 1024,
    labels: ['attention'],
    shape: { ...one, bucket: 16, sequences: [{ length: 100, rows: 12 }] },
  },
];

test.for(steps)('$name', async ({ lengthBucket, labels, shape }) => {
  const scene = buildScene(shape, new Random(3));
  const { kv, kvHeads, group: groupSize, headDim, bucket: rows, layout, layer } = scene;
  const qHeads = kvHeads * groupSize;
  const put = (label: string, data: Bytes): GpuArray => {
    const buffer = gpu.createBuffer(label, data.byteLength);
    gpu.write(buffer, 0, data);
    return wholeBuffer(buffer);
  };
  const arrays = {
    query: put('query', scene.query),
    output: put('output', untouched(rows * qHeads * headDim)),
    lse: put('lse', untouched(rows * qHeads)),
    partials: put('partials', untouched(partialsBytes(rows, qHeads, headDim, MAX_SPLITS) / 4)),
  };
  const view = {
    layer,
    qHeads,
    kvHeads,
    groupSize,
    headDim,
    kv,
    sequences: layout.maxSequences,
    window: shape.window ?? 0,
    cache: put('cache', scene.cache),
    state: put('state', scene.state),
  };
  const recorder = new PlanRecorder();
  dense({ adapter: gpu }).encode(recorder, view, arrays, { rows, lengthBucket });
  expect(recorder.dispatches.map(({ label }) => label)).toEqual(labels);
  const merging = new PlanRecorder();
  dense({ adapter: gpu, splitSlots: 128 }).encode(merging, view, arrays, { rows, lengthBucket });
  expect(merging.dispatches.map(({ label }) => label)).toEqual(
    rows > 8 ? ['attention'] : ['attention', 'attention-merge'],
  );
  const plan = await recorder.build(gpu, 'dense');
  await gpu.checked('dense', () => plan.replay());
  const want = attentionOf(scene);
  for (const name of ['output', 'lse'] as const) {
    const got = new Float32Array((await readBuffer(gpu, arrays[name].buffer, want[name].length * 4)).buffer);
    const wrong = want[name].flatMap((value, i) =>
      Math.abs(got[i]! - value) <= 5e-5 * (1 + Math.abs(value)) ? [] : [`${name}[${i}] ${got[i]} not ${value}`],
    );
    expect(wrong.slice(0, 5)).toEqual([]);
  }
  plan.dispose();
  for (const { buffer } of [...Object.values(arrays), view.cache, view.state]) gpu.destroyBuffer(buffer);
});

/** Lavapipe makes machine code only of what runs, so that it can check shapes meant for GPUs too. */
test('every candidate is accepted by the device', async () => {
  const anyArray = wholeBuffer(gpu.createBuffer('any', 256));
  const arrays = {
    query: anyArray,
    output: wholeBuffer(gpu.createBuffer('out', 256)),
    partials: wholeBuffer(gpu.createBuffer('partials', 256)),
    lse: wholeBuffer(gpu.createBuffer('lse', 256)),
  };
  const without = { subgroups: false, subgroupMinSize: 0, subgroupMaxSize: 0 };
  const recorder = new PlanRecorder();
  const heads = [
    { headDim: 64, groupSize: 3 },
    { headDim: 128, groupSize: 7 },
  ];
  const adapters = [gpu.features, without].flatMap((features) =>
    [true, false].map((software) => ({ software, features })),
  );
  const settings = heads.flatMap((head) => adapters.map((adapter) => ({ ...head, adapter })));
  // SwiftShader compiles at once, for minutes.
  for (const { headDim, groupSize, adapter } of sampleOf(settings, inject('sampling'), 'candidates', JSON.stringify)) {
    const view = {
      layer: 0,
      qHeads: groupSize,
      kvHeads: 1,
      groupSize,
      headDim,
      kv: 'f16',
      sequences: 1,
      window: 0,
      cache: anyArray,
      state: anyArray,
    } as const;
    for (const candidate of decodeCandidates(adapter, view))
      dense({ decode: () => candidate }).encode(recorder, view, arrays, { rows: 1, lengthBucket: 1024 });
    for (const candidate of prefillCandidates(adapter, view))
      dense({ prefill: () => candidate }).encode(recorder, view, arrays, { rows: 16, lengthBucket: 1024 });
  }
  (await recorder.build(gpu, 'candidates')).dispose();
  for (const { buffer } of Object.values(arrays)) gpu.destroyBuffer(buffer);
});
