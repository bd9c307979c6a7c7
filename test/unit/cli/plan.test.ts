import { describe, expect, it } from 'vitest';
import { FakeCli, recordedStep } from './support.ts';

describe('winnow plan', () => {
  it('prints dispatches in columns, equal layers once', async () => {
    const { code, out } = await new FakeCli().run('plan', 'tiny.gguf');
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      'Tiny?[2J on a GPU: one token, 64 tokens behind it',
      '8 dispatches, 2 a layer; 3 pipelines; features: subgroups; shapes: kept',
      '',
      'layer  step       kernel                  grid    bytes    variant',
      '       embed      elementwise/embed       18x1x1  1.0 MiB  weights/q4_1 LANES=8',
      '0-1    layer.qkv  linear/qkv              18x1x1  1.0 MiB  weights/q4_1 LANES=8',
      '0-1    attention  attention/decode-flash  18x1x1  1.0 MiB  weights/q4_1 LANES=8',
      '2      layer.qkv  linear/qkv              18x1x1  2.0 MiB  weights/q4_1 LANES=8',
      '2      attention  attention/decode-flash  18x1x1  1.0 MiB  weights/q4_1 LANES=8',
      '       head       linear/head             18x1x1  1.0 MiB  weights/q4_1 LANES=8',
      '',
      'behind it, where a cache is cut:',
      '',
      'layer  step         kernel       grid    bytes    variant',
      '0      cache.evict  cache/evict  18x1x1  1.0 MiB  weights/q4_1 LANES=8',
      '',
      'fallback: a reason',
      '',
    ]);
  });

  it('prints everything as one line of JSON', async () => {
    const { out } = await new FakeCli().run('plan', 'tiny.gguf', '--json');
    expect(JSON.parse(out)).toEqual(recordedStep());
  });

  it('takes rows, length, methods and the options of an engine, and refuses what is none', async () => {
    const cli = new FakeCli();
    const methods = ['--cache', 'h2o:budget=128', '--attention', 'quest:pages=4', '--kv', 'q8'];
    const flags = ['--rows', '40', '--length', '512', '--disable', 'subgroups', '--no-autotune', ...methods];
    await cli.run('plan', 'tiny.gguf', ...flags);
    expect(cli.stepOptions).toEqual({
      model: 'tiny.gguf',
      rows: 40,
      length: 512,
      cache: 'h2o:budget=128',
      attention: 'quest:pages=4',
      kv: 'q8',
      disable: ['subgroups'],
      autotune: false,
    });
    expect(await cli.run('plan', 'tiny.gguf', '--rows', '0')).toMatchObject({ code: 1 });
  });
});
