import { describe, expect, test } from 'vitest';
import type { Settings } from '../../../demo/chat/state/settings-spec.ts';
import { readUrlSettings, writeUrlSettings } from '../../../demo/chat/state/url-settings.ts';

describe('settings in the address', () => {
  test('every setting survives being written and read', () => {
    const settings: Settings = {
      model: 'https://example.org/a%20model.gguf?download=true',
      system: 'Be brief & kind.\nTwo lines.',
      temperature: 0.2,
      topP: 0.9,
      topK: 40,
      minP: 0.05,
      repetitionPenalty: 1.1,
      presencePenalty: -0.5,
      frequencyPenalty: 0.5,
      seed: 4_294_967_295,
      maxTokens: 64,
      context: 2048,
      cache: 'h2o:budget=512,sinks=4',
      attention: 'sliding-window:window=256',
      kv: 'q8',
      disable: ['shader-f16', 'subgroups'],
      adapter: 'nvidia',
    };
    expect(readUrlSettings(writeUrlSettings(settings))).toMatchObject({ settings, problems: [] });
  });

  test('no settings leave no query', () => {
    expect(writeUrlSettings({})).toBe('');
    expect(readUrlSettings('')).toEqual({ settings: {}, problems: [], typedMethods: {} });
  });

  test('a model of the manifest goes by its name', () => {
    expect(readUrlSettings('?model=smollm2-135m-instruct').settings.model).toBe('smollm2-135m-instruct');
  });

  test.each([
    ['temperature=hot', 'Temperature'],
    ['temperature=', 'Temperature'],
    ['temperature=Infinity', 'Temperature'],
    ['temperature=-1', 'Temperature'],
    ['top-k=1.5', 'whole number'],
    ['seed=4294967296', 'Seed'],
    ['context=0', 'Context'],
    ['max-tokens=0', 'Most new tokens'],
    ['kv=q4', 'f16 or f32 or q8'],
    ['cache=h3o:budget=512', 'no method "h3o"'],
    ['cache=h2o', 'needs budget'],
    ['cache=h2o:budget=none', 'must be an integer'],
    ['cache=H2O:', 'cannot be read'],
    ['cache=token-select:k=9', 'has no meaning'],
    ['attention=h2o:budget=4', 'has no meaning'],
    ['cache=h2o:budget=64&attention=token-select:k=9', 'together with token-select'],
    ['disable=subgroups,everything', 'shader-f16 and subgroups'],
    ['disable=', 'shader-f16 and subgroups'],
    ['model=javascript:alert(1)', 'neither a model'],
    ['model=unknown-model', 'neither a model'],
    ['model=', 'neither a model'],
    ['colour=blue', 'no setting “colour”'],
  ])('“%s” is left out and reported', (query, words) => {
    const { settings, problems } = readUrlSettings(`?${query}`);
    expect(settings).toEqual({});
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(words);
  });

  test('methods that are refused stay as they were typed; none of them is used', () => {
    const { settings, typedMethods } = readUrlSettings('?cache=h2o:budget=64&attention=token-select:k=9&kv=q8');
    expect(settings).toEqual({ kv: 'q8' });
    expect(typedMethods).toEqual({ cache: 'h2o:budget=64', attention: 'token-select:k=9', kv: 'q8' });
  });

  test('the word none is no method, and needs no place in the address', () => {
    expect(readUrlSettings('?cache=none&attention=none')).toMatchObject({ settings: {}, problems: [] });
  });

  test('a method is written as it is read on the command line', () => {
    expect(writeUrlSettings({ cache: 'h2o:budget=170,sinks=4,recent=64' })).toBe(
      '?cache=h2o:budget=170,sinks=4,recent=64',
    );
  });

  test('one bad part does not spoil the others, and long texts are shortened', () => {
    const { settings, problems } = readUrlSettings(`?top-p=0.5&temperature=${'9'.repeat(500)}`);
    expect(settings).toEqual({ topP: 0.5 });
    expect(problems[0]?.length).toBeLessThan(150);
  });
});
