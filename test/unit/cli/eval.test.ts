import { expect, test } from 'vitest';
import { FakeCli } from './support.ts';

const cli = (): FakeCli => {
  const made = new FakeCli();
  made.files.set('ids.json', '[1,2,3,4,5,6,7,8]');
  made.files.set('text.txt', 'Some text.');
  return made;
};
const base = ['eval', 'model', '--ids-file', 'ids.json', '--prefill', '4', '--decode', '3'];

test('every method is a setting of its own, with each way of storing', async () => {
  const fake = cli();
  const methods = ['--cache', 'h2o:budget=9', '--cache', 'tova:budget=9,sinks=0', '--attention', 'quest:pages=3'];
  const { code, out } = await fake.run(...base, ...methods, '--kv', 'f16', '--kv', 'f32', '--json');
  expect(code).toBe(0);
  expect(fake.evalOptions).toMatchObject({ ids: [1, 2, 3, 4, 5, 6, 7, 8], prefill: 4, decode: 3 });
  const { runs, dense } = JSON.parse(out) as { runs: { setting: string }[]; dense: { nll: number } };
  expect(dense.nll).toBe(2);
  expect(runs.map(({ setting }) => setting)).toEqual(
    ['f16', 'f32'].flatMap((kv) => [`h2o:budget=9 + ${kv}`, `tova:budget=9,sinks=0 + ${kv}`, `quest:pages=3 + ${kv}`]),
  );
  // The engine has room for what is fed, and no method of its own.
  expect(fake.engineOptions).toMatchObject({ context: 8 });
  expect(fake.engineOptions).not.toHaveProperty('cache');
});

test('a sweep varies whatever has the parameter', async () => {
  const fake = cli();
  await fake.run(
    ...base,
    '--cache',
    'h2o:budget=9',
    '--attention',
    'quest:pages=3',
    '--sweep',
    'budget=16,32',
    '--csv',
  );
  expect(fake.evalOptions?.settings).toEqual([
    { cache: 'h2o:budget=16' },
    { cache: 'h2o:budget=32' },
    { attention: 'quest:pages=3' },
  ]);
});

test('a table is printed unless another form is asked for', async () => {
  const fake = cli();
  expect((await fake.run(...base, '--kv', 'f32')).out).toContain('| f32');
  expect((await fake.run(...base, '--kv', 'f32', '--csv')).out).toMatch(/^setting,nll,/);
});

const task = ['eval', 'model', '--task', 'needle', '--cache', 'h2o:budget=9'];

test('a task is asked at the lengths and depths, by an engine that has room for them', async () => {
  const fake = cli();
  const grid = ['--lengths', '300,400', '--depths', '3', '--question', 'after', '--seed', '7'];
  const { code, out } = await fake.run(...task, '--attention', 'quest:pages=3', ...grid, '--json');
  expect(code).toBe(0);
  expect(fake.taskOptions).toMatchObject({
    task: 'needle',
    lengths: [300, 400],
    depths: [0, 0.5, 1],
    question: 'after',
    seed: 7,
    settings: [{ cache: 'h2o:budget=9' }, { attention: 'quest:pages=3' }],
  });
  const { runs, ...rest } = JSON.parse(out) as { task: string; runs: { setting: string; tokens: number }[] };
  expect(rest.task).toBe('needle');
  expect(runs.map(({ setting, tokens }) => [setting, tokens])).toEqual(
    ['dense', 'h2o:budget=9', 'quest:pages=3'].flatMap((setting) => [
      [setting, 300],
      [setting, 400],
    ]),
  );
  expect(fake.engineOptions!.context).toBeGreaterThan(400 + 64);
  expect(fake.engineOptions).not.toHaveProperty('cache');
});

test.each([
  ['1', [0.5]],
  ['2', [0, 1]],
  ['0.25', [0.25]],
  ['0,1', [0, 1]],
])('--depths %s', async (given, depths) => {
  const fake = cli();
  await fake.run(...task, '--depths', given);
  expect(fake.taskOptions?.depths).toEqual(depths);
});

test('a task is printed as a table unless another form is asked for', async () => {
  const fake = cli();
  expect((await fake.run(...task)).out).toContain('| dense | needle, question before | 1 of 1 (-0.50) |');
  expect((await fake.run(...task, '--csv')).out).toMatch(/^setting,task,question,/);
});

test('questions that were finished before an interruption are saved and printed', async () => {
  const fake = cli();
  let asked = 0;
  fake.onQuestion = () => {
    if (++asked === 4) fake.interrupt();
  };
  const { code, out } = await fake.run(...task, '--output', 'kept.json');
  expect(code).toBe(130);
  expect(out).toContain('| h2o:budget=9 | needle, question before | 1 of 1 (-0.50) |');
  const kept = JSON.parse(fake.files.get('kept.json') as string) as { runs: unknown[] };
  expect(kept.runs).toHaveLength(3);
});

test('settings that were finished before an interruption are saved and printed', async () => {
  const fake = cli();
  let begun = 0;
  fake.onSetting = () => {
    if (++begun === 3) fake.interrupt();
  };
  const methods = ['--cache', 'h2o:budget=9', '--kv', 'f16', '--kv', 'f32', '--kv', 'q8'];
  const { code, out } = await fake.run(...base, ...methods, '--output', 'kept.json');
  expect(code).toBe(130);
  expect(out).toContain('| h2o:budget=9 + f32');
  const kept = JSON.parse(fake.files.get('kept.json') as string) as { dense: object; runs: { setting: string }[] };
  expect(kept).toMatchObject({ kind: 'loss', dense: { nll: 2 } });
  expect(kept.runs.map(({ setting }) => setting)).toEqual(['h2o:budget=9 + f16', 'h2o:budget=9 + f32']);
});

test('an evaluation that is interrupted before anything is finished leaves nothing', async () => {
  const fake = cli();
  fake.onSetting = () => fake.interrupt();
  const { code, out } = await fake.run(...base, '--kv', 'f32', '--output', 'kept.json');
  expect([code, out, fake.files.has('kept.json')]).toEqual([130, '', false]);
});

test.each([
  [['eval', 'model', '--kv', 'f32'], 'None of --text-file, --ids-file or --task'],
  [[...base, '--task', 'needle', '--kv', 'f32'], '--ids-file and --task were given together'],
  [[...base, '--kv', 'f32', '--lengths', '9'], '--lengths was given without --task'],
  [[...base, '--kv', 'f32', '--depths', '2'], '--depths was given without --task'],
  [[...base, '--kv', 'f32', '--question', 'after'], '--question was given without --task'],
  [[...task, '--prefill', '9'], '--prefill was given without --text-file or --ids-file'],
  [[...task, '--decode', '9'], '--decode was given without --text-file or --ids-file'],
  [[...task, '--mass'], '--mass was given without --text-file or --ids-file'],
  [['eval', 'model', '--task', 'needle'], 'Nothing was given to evaluate'],
  [[...task, '--task', 'hay'], "'hay' is invalid"],
  [[...task, '--depths', '0'], "--depths got '0'"],
  [[...task, '--depths', '0,2'], "--depths got '2'"],
  [[...task, '--lengths', '0'], "--lengths got '0'"],
  [base, 'Nothing was given to evaluate'],
  [[...base, '--sweep', 'budget=1,2'], '--sweep was given without a method'],
  [[...base, '--kv', 'f8'], "--kv got 'f8'"],
  [[...base, '--cache', 'h2o budget 9'], 'h2o budget 9'],
  [[...base, '--kv', 'f32', '--json', '--csv'], '--json and --csv'],
])('%j is refused', async (args, words) => {
  const { code, err } = await cli().run(...args);
  expect(code).toBe(1);
  expect(err).toContain(words);
});
