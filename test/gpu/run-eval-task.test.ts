import { describe, expect, test } from 'vitest';
import {
  runEval,
  type RunEvalOptions,
  type EvalProgress,
  type EvalRecord,
  type TaskAsked,
} from '../../src/eval/index.ts';
import { parseEvalRecord } from '../../src/eval/saved-eval.ts';
import { createEngine } from '../../src/index.ts';
import { tinyModel } from '../support/tiny-model.ts';

describe('a task', () => {
  const asked: TaskAsked = {
    task: 'passkey',
    lengths: [500],
    depths: [0, 1],
    question: 'after',
    methods: ['f16', 'streaming-llm'],
    budgets: [32],
    seed: 2,
  };
  const begin = (options: Partial<RunEvalOptions> = {}): Promise<EvalRecord> =>
    runEval({
      host: { createEngine, environment: { runtime: 'tests', platform: 'tests' } },
      engine: { model: new Blob([tinyModel({ contextLength: 1024 })]) },
      work: { kind: 'task', settings: asked },
      ...options,
    });

  test('is asked of dense attention first, then of each setting; it is saved and read back', async () => {
    const progress: EvalProgress[] = [];
    const partial: EvalRecord[] = [];
    const record = await begin({
      onProgress: (each) => progress.push(each),
      onPartial: (each) => partial.push(each),
    });
    expect(record).toMatchObject({ kind: 'task', settings: asked, environment: { runtime: 'tests' } });
    expect(record.runs.map(({ setting }) => setting)).toEqual(
      ['dense', 'f16', 'streaming-llm:budget=32'].flatMap((setting) => [setting, setting]),
    );
    expect(partial.map(({ runs }) => runs.length)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(parseEvalRecord(JSON.stringify(record))).toEqual(record);
    const ofStage = (name: string) => progress.filter(({ stage }) => stage === name);
    expect(ofStage('dense').at(-1)).toMatchObject({ label: 'dense attention: question 2 of 2', done: 2, total: 2 });
    expect(ofStage('methods')[0]).toMatchObject({ label: 'f16: question 1 of 2', done: 0, total: 4 });
    expect(ofStage('methods').at(-1)).toMatchObject({
      label: 'streaming-llm:budget=32: question 2 of 2',
      done: 4,
      total: 4,
    });
  });

  test('an abort keeps the answers till then', async () => {
    const abort = new AbortController();
    const partial: EvalRecord[] = [];
    const onPartial = (record: EvalRecord): void => {
      partial.push(record);
      if (record.runs.length === 3) abort.abort();
    };
    await expect(begin({ signal: abort.signal, onPartial })).rejects.toMatchObject({ code: 'aborted' });
    expect(partial.at(-1)?.runs).toHaveLength(3);
  });
});
