import { afterAll, beforeAll, expect, test } from 'vitest';
import { dense, partialsBytes, splitsOf } from '../../../src/attention/dense.ts';
import { Random } from '../../../src/core/rng.ts';
import { wholeBuffer, type GpuArray } from '../../../src/gpu/array.ts';
import { requestGpu, type Gpu } from '../../../src/gpu/device.ts';
import { PlanRecorder } from '../../../src/gpu/plan.ts';
import type { Bytes } from '../../support/kernel-case.ts';
import { readBuffer } from '../../support/run-kernel.ts';
import { attentionOf, buildScene, untouched, type SceneShape } from './scene.ts';

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
  const { kv, kvHeads, group: groupSize, headDim, bucket: rows, layout: stepLayout, layer } = scene;
  const qHeads = kvHeads * groupSize;
  const put = (label: string, data: Bytes): GpuArray => {
    const buffer = gpu.createBuffer(label, data.byteLength);
    gpu.write(buffer, 0, data);
    return wholeBuffer(buffer);
  };
  const splits = splitsOf({ rows, lengthBucket });
  const arrays = {
    query: put('query', scene.query),
    output: put('output', untouched(rows * qHeads * headDim)),
    lse: put('lse', untouched(rows * qHeads)),
    partials: put('partials', untouched(partialsBytes(rows, qHeads, headDim, splits) / 4)),
  };
  const view = {
    layer,
    qHeads,
    kvHeads,
    groupSize,
    headDim,
    kv,
    stepLayout,
    window: shape.window ?? 0,
    cache: put('cache', scene.cache),
    state: put('state', scene.state),
  };
  const recorder = new PlanRecorder();
  dense({ software: true }).encode(recorder, view, arrays, { rows, lengthBucket });
  expect(recorder.dispatches.map(({ label }) => label)).toEqual(labels);
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
