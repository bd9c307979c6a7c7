import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  kernelTables,
  methodTables,
  modelTable,
  peerTables,
  replaceBetween,
} from '../../../scripts/lib/result-tables.mjs';
import { benchResult, spreadOf } from '../bench/bench-result.ts';

describe('tables of results', () => {
  it('have a line for each model, with where it ran', () => {
    expect(modelTable([benchResult(['model']), benchResult(['kernels'])]).split('\n')).toEqual([
      '| model | adapter | runtime | prompt tokens: tok/s | history: decode tok/s | dispatches per token | date |',
      '| --- | --- | --- | --- | --- | --- | --- |',
      '| fake | e | Node 20 | 32: 800 (700 to 900) | 64: 40 (38 to 41) | 10 | 2026-01-02 |',
    ]);
  });

  it('show wrong kernels beside right ones', () => {
    const text = kernelTables([benchResult(['kernels'])]);
    expect(text).toContain('| linear/project | Q4_1 576x1536 | 10 | 250 | 180 | stream | 50 % |');
    expect(text).toContain('| norm/rms-norm | 256 rows | wrong |  |  |  | y[3] got 1 want 2 |');
  });

  it('show a peer that did not run, with the reason', () => {
    const text = peerTables([
      {
        format: 'winnow-peers',
        date: '2026-01-02T00:00:00Z',
        environment: { adapter: 'lavapipe', runtime: 'Node 20' },
        sides: [
          {
            name: 'ours',
            version: '1',
            backend: 'webgpu',
            weights: 'Q4_1',
            prefill: [{ tokens: 128, tokensPerSecond: spreadOf(50, 49, 51) }],
            decode: [{ history: 128, tokensPerSecond: spreadOf(12, 11, 13) }],
          },
          { name: 'theirs', version: '2', backend: 'webgpu', prefill: [], decode: [], problem: 'no a|b' },
        ],
      },
    ]);
    expect(text).toContain('| ours 1 | webgpu | Q4_1 | 128: 50 (49 to 51) | 128: 12 (11 to 13) |');
    expect(text).toContain('| theirs 2 | webgpu |  | did not run: no a/b |  |');
  });

  it('show what each method costs beside dense attention', () => {
    const figures = { nll: 3.5, dnll: 0.25, kl: 0.0625, klP99: 1, top1Agreement: 0.875, mass: 0.5 };
    const costs = { slotsReadPerToken: 174, kvBytesHeld: 4.5 * 2 ** 20, kvBytesReadPerToken: 2 ** 19 };
    const text = methodTables([
      {
        format: 'winnow-methods',
        date: '2026-01-02T00:00:00Z',
        environment: { adapter: 'lavapipe', runtime: 'Node 20' },
        settings: { model: 'fake', prefill: 1024, decode: 256 },
        dense: { ...figures, ...costs, nll: 3.25, mass: 1, slotsReadPerToken: 1152.5, kvBytesHeld: 27 * 2 ** 20 },
        runs: [
          { ...figures, ...costs, setting: 'h2o:budget=174,recent=64', timeRatio: 0.5 },
          { ...figures, ...costs, setting: 'q8', dnll: -0.001, kl: 0.00012, timeRatio: 1.125 },
          { ...figures, ...costs, setting: 'untimed' },
        ],
      },
    ]);
    expect(
      text
        .split('\n')
        .filter((line) => line.startsWith('| '))
        .slice(2),
    ).toEqual([
      '| dense | 3.250 |  |  | 100.0 % | 1153 | 27 MiB | 1 |',
      '| `h2o:budget=174,recent=64` | +0.250 | 0.063 | 87.5 % | 50.0 % | 174 | 4.5 MiB | 0.50 |',
      '| `q8` | -0.001 | 1.2e-4 | 87.5 % | 50.0 % | 174 | 4.5 MiB | 1.13 |',
      '| `untimed` | +0.250 | 0.063 | 87.5 % | 50.0 % | 174 | 4.5 MiB |  |',
    ]);
    expect(text).toMatch(/^fake, lavapipe, Node 20, 2026-01-02; 256 tokens scored behind a prompt of 1024:/);
  });

  it('go between their markers and nowhere else', () => {
    const text = 'a\n<!-- results: x -->\nold\n<!-- end of results: x -->\nb';
    const once = replaceBetween(text, 'x', 'new');
    expect(once).toBe('a\n<!-- results: x -->\n\nnew\n\n<!-- end of results: x -->\nb');
    expect(replaceBetween(once, 'x', 'new')).toBe(once);
    expect(() => replaceBetween('a', 'x', 'new')).toThrow('not there once each');
    expect(() => replaceBetween(text + text, 'x', 'new')).toThrow('not there once each');
  });
});

it('the tables in the repository are what the result files say', () => {
  const script = resolve(import.meta.dirname, '../../../scripts/readme-tables.mjs');
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8', timeout: 20_000 });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
