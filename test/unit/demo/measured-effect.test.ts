import { describe, expect, test } from 'vitest';
import { measuredEffect, nats, readTable } from '../../../demo/chat/state/measured-effect.ts';
import kept from '../../../bench/results/methods.json';
import { effectWords } from '../../../demo/chat/state/effect-words.ts';

const TABLE = readTable({
  settings: { prefill: 1024, decode: 512 },
  runs: [
    { setting: 'h2o:budget=170,sinks=4,recent=64', dnll: 0.13, kl: 0.1 },
    { setting: 'h2o:budget=512,sinks=4,recent=64', dnll: 0.02 },
    { setting: 'h2o:budget=512', dnll: 0.03 },
    { setting: 'random:budget=170', dnll: 1.5 },
    { setting: 'token-select:k=64', dnll: -0.001 },
    { setting: 'q8', dnll: 0.004 },
    { setting: 'h2o:budget=170 + q8', dnll: 0.2 },
    { setting: 'NOT A METHOD', dnll: 9 },
    { setting: 'tova:budget=64', dnll: 'much' },
  ],
});

test('the kept measurement is read: the page says what it was measured on', () => {
  const table = readTable(kept);
  expect(table).toMatchObject({ prefill: kept.settings.prefill, decode: kept.settings.decode });
  expect(table!.runs).toHaveLength(kept.runs.length);
  const [words] = effectWords({ cache: 'h2o:budget=174,recent=64', kv: 'f16' }, table);
  expect(words).toMatch(
    /^h2o is lossy: about \+0\.\d\d nats per token at this budget on English prose, \d+ tokens after 1,024/,
  );
});

describe('the nearest measured setting', () => {
  test.each([
    ['h2o:budget=170,sinks=4,recent=64', 'h2o:budget=170,sinks=4,recent=64', true],
    ['h2o:budget=170', 'h2o:budget=170,sinks=4,recent=64', false],
    ['h2o:budget=600', 'h2o:budget=512', false],
    ['h2o:budget=600,sinks=4,recent=64', 'h2o:budget=512,sinks=4,recent=64', false],
    ['h2o:budget=280', 'h2o:budget=170,sinks=4,recent=64', false],
    ['h2o:budget=320', 'h2o:budget=512', false],
    ['random:budget=4', 'random:budget=170', false],
    ['h2o:budget=170 + q8', 'h2o:budget=170 + q8', true],
    ['q8 + h2o:budget=170', 'h2o:budget=170 + q8', true],
    ['h2o:budget=160 + q8', 'h2o:budget=170 + q8', false],
    ['q8', 'q8', true],
  ])('%s is %s', (wanted, setting, exact) => {
    expect(measuredEffect(TABLE, wanted)).toMatchObject({ setting, exact });
  });

  test.each(['keyformer:budget=170', 'tova:budget=64', 'random:budget=170 + q8', 'no method'])(
    '%s was not measured',
    (text) => {
      expect(measuredEffect(TABLE, text)).toBeUndefined();
    },
  );

  test('nothing is measured without a table, or with one that is none', () => {
    expect(measuredEffect(undefined, 'h2o:budget=170')).toBeUndefined();
    for (const data of [undefined, null, 3, {}, { runs: 3 }, { runs: [] }, { runs: [{ setting: 'h2o' }] }])
      expect(readTable(data)).toBeUndefined();
  });
});

describe('in words', () => {
  test.each([
    [0.134, 'about +0.13 nats'],
    [-0.02, 'about −0.02 nats'],
    [0.004, 'under 0.01 nats'],
    [-0.001, 'under 0.01 nats'],
  ])('%f is "%s"', (dnll, words) => expect(nats(dnll)).toBe(words));

  test('the effect of what is measured, near, not measured, and exact', () => {
    const words = (texts: Parameters<typeof effectWords>[0]): string => effectWords(texts, TABLE).join(' ');
    expect(words({ cache: 'h2o:budget=170,sinks=4,recent=64' })).toBe(
      'h2o is lossy: about +0.13 nats per token at this budget on English prose, 512 tokens after 1,024.',
    );
    expect(words({ cache: 'h2o:budget=170' })).toBe(
      'h2o is lossy: about +0.13 nats per token at this budget on English prose, 512 tokens after 1,024 (measured at h2o:budget=170,sinks=4,recent=64).',
    );
    expect(words({ cache: 'random:budget=64' })).toBe(
      'random is lossy: not measured at this budget; nearest is random:budget=170, about +1.50 nats per token on English prose, 512 tokens after 1,024.',
    );
    expect(words({ cache: 'tova:budget=64' })).toBe('tova is lossy: not measured.');
    expect(words({ attention: 'token-select:k=64', kv: 'q8' })).toMatch(
      /^token-select is lossy: under 0.01 nats per token at this setting.* q8 is lossy: under 0.01 nats.* Together they were not measured\.$/,
    );
    expect(words({ cache: 'h2o:budget=170', kv: 'q8' })).toBe(
      'h2o + q8 is lossy: about +0.20 nats per token at this setting on English prose, 512 tokens after 1,024.',
    );
    expect(words({ kv: 'f32' })).toBe('Exact: every token is kept and read.');
    expect(effectWords({ cache: 'h2o:budget=170' }, undefined)).toEqual(['h2o is lossy: not measured.']);
  });
});
