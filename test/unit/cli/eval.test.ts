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

test.each([
  [['eval', 'model', '--kv', 'f32'], 'None of --text-file or --ids-file'],
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
