import { describe, expect, test } from 'vitest';
import {
  runEval,
  type RunEvalOptions,
  type EvalProgress,
  type EvalWork,
  type LossAsked,
  type LossRecord,
} from '../../src/eval/index.ts';
import { parseEvalRecord } from '../../src/eval/saved-eval.ts';
import { createEngine } from '../../src/index.ts';
import { tinyModel } from '../support/tiny-model.ts';

const settings: LossAsked = {
  text: { name: 'a test', characters: 0 },
  prefill: 24,
  decode: 8,
  methods: ['f16', 'streaming-llm', 'random'],
  budgets: [8, 12],
  seed: 1,
  mass: false,
};
const work = (asked: Partial<LossAsked> = {}, text = 'the cat sat on the mat and the dog. '.repeat(12)): EvalWork => ({
  kind: 'loss',
  text,
  settings: { ...settings, ...asked },
});
const start = async (options: Partial<RunEvalOptions> = {}): Promise<LossRecord> => {
  const record = await runEval({
    host: { createEngine, environment: { runtime: 'tests', platform: 'tests' } },
    engine: { model: new Blob([tinyModel({ contextLength: 512 })]) },
    work: work(),
    ...options,
  });
  expect(record.kind).toBe('loss');
  return record as LossRecord;
};

describe('an evaluation', () => {
  test('says what was done, where, and what each setting lost and cost; it is saved and read back', async () => {
    const progress: EvalProgress[] = [];
    const record = await start({ onProgress: (each) => progress.push(each) });
    expect(record.runs.map(({ setting }) => setting)).toEqual([
      'f16',
      'streaming-llm:budget=8',
      'streaming-llm:budget=12',
      'random:budget=8',
      'random:budget=12',
    ]);
    expect(record.environment).toMatchObject({ runtime: 'tests', featuresDisabled: [] });
    expect(record.settings).toMatchObject({ ...settings, model: expect.any(String) });
    const [full, least, more] = record.runs;
    expect(full!.dnll).toBeCloseTo(0, 3);
    expect(full!.kl).toBeLessThan(least!.kl);
    expect(least!.kvBytesReadPerToken).toBeLessThan(more!.kvBytesReadPerToken);
    for (const { dnllError, klError, nll, dnll } of record.runs) {
      expect(dnllError).toBeGreaterThanOrEqual(0);
      expect(klError).toBeGreaterThanOrEqual(0);
      expect(nll - dnll).toBeCloseTo(record.dense.nll, 6);
    }
    expect(parseEvalRecord(JSON.stringify(record))).toEqual(JSON.parse(JSON.stringify(record)));
    expect([...new Set(progress.map(({ stage }) => stage))]).toEqual(['load', 'dense', 'methods']);
    expect(progress.at(-1)).toMatchObject({ stage: 'methods', done: 5, total: 5 });
    const steps = progress.filter(({ stage }) => stage === 'methods').map(({ done }) => done);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
  });

  test('a single token has no error', async () => {
    const { runs } = await start({ work: work({ decode: 1, methods: ['q8'] }) });
    expect(runs).toHaveLength(1);
    expect(runs[0]).not.toHaveProperty('dnllError');
    expect(runs[0]).not.toHaveProperty('klError');
  });

  test('an abort keeps what was finished till then', async () => {
    const abort = new AbortController();
    const partial: LossRecord[] = [];
    await expect(
      start({
        signal: abort.signal,
        onPartial: (record) => {
          partial.push(record as LossRecord);
          if (record.runs.length === 2) abort.abort();
        },
      }),
    ).rejects.toMatchObject({ code: 'aborted' });
    expect(partial.map(({ runs }) => runs.length)).toEqual([0, 1, 2]);
    expect(partial[0]!.dense.nll).toBeGreaterThan(0);
  });

  test.each([
    [work({ methods: [] }), 'No method'],
    [work({ methods: ['h3o'] }), 'no method "h3o"'],
    [work({ methods: ['f16', 'h2o:budget=3'] }), 'sinks'],
    [work({}, 'the cat'), 'ids'],
  ])('%j is refused', async (asked, words) => {
    await expect(start({ work: asked })).rejects.toThrow(words);
  });
});
