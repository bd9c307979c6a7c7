import { describe, expect, test } from 'vitest';
import { decodeKey, decodeTunings, prefillKey, prefillTunings } from '../../../src/engine/tuning/attention-tunable.ts';
import { linearTunings, shapeKey } from '../../../src/engine/tuning/linear-tunable.ts';
import { adapterKey, type TuningStore } from '../../../src/engine/tuning/tuning-store.ts';
import { matricesOf, planWeights } from '../../../src/engine/load/weight-plan.ts';
import { recordStepIn, type RecordedStep, type RecordStepOptions } from '../../../src/engine/recorded-step.ts';
import { requestGpu } from '../../../src/gpu/request.ts';
import { decodeConstants } from '../../../src/kernels/attention/decode-flash.ts';
import { prefillTileConstants } from '../../../src/kernels/attention/flash-prefill.ts';
import { describeDecode, describePrefill } from '../../../src/kernels/attention/tuning.ts';
import { describeTuning } from '../../../src/kernels/linear/tuning.ts';
import { readNetwork } from '../../../src/models/read-network.ts';
import { bytesSource, type ByteSource } from '../../../src/weights/byte-source.ts';
import { parseGguf } from '../../../src/weights/gguf.ts';
import { fakeProvider, type FakeAdapter } from '../../support/fake-device.ts';
import { tinyModel } from '../../support/tiny-model.ts';

const LAVAPIPE: FakeAdapter = { description: 'llvmpipe (LLVM 15.0.6, 256 bits)', subgroups: [8, 8] };
const A_GPU: FakeAdapter = { vendor: 'nvidia', features: ['shader-f16'], subgroups: [32, 32] };
const bytes = tinyModel({ seed: 83, layers: 3, types: { rest: 'Q4_1', embed: 'Q8_0' } });

interface World {
  readonly adapter?: FakeAdapter;
  readonly source?: ByteSource;
  readonly tuningStore?: TuningStore;
}

const record = (
  options: Partial<RecordStepOptions> = {},
  { adapter = LAVAPIPE, source = bytesSource(bytes), tuningStore }: World = {},
): Promise<RecordedStep> =>
  recordStepIn(
    {
      provider: async () => fakeProvider(adapter),
      open: async () => ({ source, entry: undefined, fallbacks: [] }),
      ...(tuningStore && { tuningStore }),
    },
    { model: 'tiny', autotune: false, ...options },
  );

const labelsOf = ({ step }: RecordedStep, layer: number | null): string[] =>
  step.filter((dispatch) => dispatch.layer === layer).map(({ label }) => label);

describe('a recorded step', () => {
  test('is five dispatches a layer and four around them, on no more than the header', async () => {
    let last = 0;
    const { tensors } = await parseGguf(bytesSource(bytes));
    const source = bytesSource(bytes);
    const watched: ByteSource = {
      size: source.size,
      name: source.name,
      read: (offset, length) => {
        last = Math.max(last, offset + length);
        return source.read(offset, length);
      },
    };
    await parseGguf(watched);
    const header = last;
    last = 0;
    const step = await record({}, { source: watched });
    expect(last).toBe(header);
    expect(tensors.size).toBeGreaterThan(20);
    for (const layer of [0, 1, 2])
      expect(labelsOf(step, layer)).toEqual(['layer.qkv', 'attention', 'layer.output', 'layer.gate-up', 'layer.down']);
    expect(labelsOf(step, null)).toEqual(['embed', 'head', 'sample', 'advance']);
    expect(step).toMatchObject({ phase: 'decode', rows: 1, length: 512, cut: [], features: ['subgroups'] });
  });

  test('tells grids, bytes and constants', async () => {
    const { step } = await record({ length: 64 });
    const head = step.find(({ kernel }) => kernel === 'linear/head')!;
    expect(head).toMatchObject({ layer: null, label: 'head', grid: [5, 1, 1] });
    expect(head.constants).toMatchObject({ VOCAB: 320, COLUMNS: 1, MAXIMA: true });
    expect(head.variant).toContain('weights/q8');
    // The matrix in blocks of 32 bytes and a scale at least, the logits of 320 tokens.
    expect(head.bytes).toBeGreaterThan(320 * 64 + 320 * 4);
  });

  test('has the dispatches of its methods in its layers, and behind it those that cut', async () => {
    const quest = await record({ attention: 'quest:pages=2' });
    expect(labelsOf(quest, 1)).toContain('select');
    expect(labelsOf(quest, null)).toEqual(['embed', 'head', 'sample', 'advance']);
    const h2o = await record({ cache: 'h2o:budget=128' });
    expect(h2o.cut.map(({ layer, kernel }) => [layer, kernel])).toEqual(
      [0, 1, 2].map((layer) => [layer, 'cache/evict']),
    );
    const q8 = await record({ kv: 'q8' });
    expect(labelsOf(q8, 0)).toContain('layer.append');
  });

  test('is one of several conversations up to 8 rows, and of a prompt above', async () => {
    expect(await record({ rows: 8 })).toMatchObject({ phase: 'decode' });
    const prompt = await record({ rows: 40 });
    expect(prompt.phase).toBe('prompt');
    expect(prompt.step.map(({ kernel }) => kernel)).toContain('attention/prefill-lanes');
  });

  test('names the features that its kernels enable', async () => {
    const f16 = await record({ rows: 40, activations: 'f16' }, { adapter: A_GPU });
    expect(f16.features).toContain('shader-f16');
    const f32 = await record({ rows: 40, disable: ['subgroups'] }, { adapter: A_GPU });
    expect(f32.features).toEqual([]);
  });

  test('refuses rows and lengths that no step has', async () => {
    for (const options of [
      { rows: 0 },
      { rows: 65 },
      { rows: 1.5 },
      { length: 0 },
      { rows: 20, length: 10 },
      { length: 513 },
    ])
      // oxlint-disable-next-line no-await-in-loop -- a few options
      await expect(record(options)).rejects.toMatchObject({ code: 'usage-option' });
    await expect(record({ context: 100_000 })).rejects.toMatchObject({ code: 'usage-option' });
  });
});

test('divisors of the frequencies are not read either', async () => {
  const source = bytesSource(tinyModel({ ropeFreqs: true, layers: 1 }));
  expect(labelsOf(await record({}, { source }), 0)).toContain('layer.qkv');
});

test('the shapes that were chosen for a device are those of its steps', async () => {
  const asked = await requestGpu({ provider: fakeProvider(A_GPU) });
  const gguf = await parseGguf(bytesSource(bytes));
  const heads = { headDim: 16, groupSize: 2 };
  // None is the one to use unmeasured.
  const decode = decodeTunings(asked, heads).at(-1)!;
  const prefill = prefillTunings(asked, heads).at(-1)!;
  const matrices = matricesOf(planWeights(gguf, readNetwork(gguf), 2 ** 27));
  const linear = matrices.map((shape) => linearTunings(asked, shape, 'f32').at(-1)!);
  expect(decodeTunings(asked, heads)[0]).not.toEqual(decode);
  expect(prefillTunings(asked, heads)[0]).not.toEqual(prefill);
  const choices = {
    [decodeKey(heads, 'f16')]: describeDecode(decode),
    [prefillKey(heads, 'f16')]: describePrefill(prefill),
    ...Object.fromEntries(matrices.map((shape, i) => [shapeKey(shape, 'f32'), describeTuning(linear[i]!)])),
  };
  const text = JSON.stringify({ [adapterKey(asked)]: choices });
  const world = { adapter: A_GPU, tuningStore: { read: async () => text, write: async () => {} } };
  const [token, listed, prompt] = await Promise.all([
    record({ autotune: true }, world),
    record({ autotune: true, attention: 'quest:pages=2' }, world),
    record({ autotune: true, rows: 40 }, world),
  ]);
  expect(token.tuning).toBe('kept');
  const constantsOf = ({ step }: RecordedStep, kernel: string) =>
    step.filter((dispatch) => dispatch.kernel === kernel).map(({ constants }) => constants);
  for (const step of [token, listed])
    for (const constants of constantsOf(step, 'attention/decode-flash'))
      expect(constants).toMatchObject(decodeConstants(decode, 16));
  expect(constantsOf(listed, 'attention/decode-flash')).toHaveLength(3);
  if (prefill.core !== 'tile') throw new Error('GPUs take tiles');
  for (const constants of constantsOf(prompt, 'attention/flash-prefill'))
    expect(constants).toMatchObject(prefillTileConstants(prefill, 16));
  expect(constantsOf(prompt, 'attention/flash-prefill')).toHaveLength(3);
  for (const [i, { role }] of matrices.entries()) {
    const { lanes, kLanes, threadRows } = linear[i]!.rows(1);
    expect(constantsOf(token, `linear/${role === 'lm-head' ? 'head' : role}`)).toContainEqual(
      expect.objectContaining({ LANES: lanes, K_LANES: kLanes, PAIRS: threadRows / 2, COLUMNS: 1 }),
    );
  }
});
