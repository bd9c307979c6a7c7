import { expect, test } from 'vitest';
import { parseEvalRecord } from '../../../src/eval/saved-eval.ts';
import { FakeCli } from './support.ts';

const cli = (): FakeCli => {
  const made = new FakeCli();
  made.files.set('ids.json', '[1,2,3,4,5,6,7,8]');
  made.files.set('text.txt', 'Some text.');
  return made;
};
const task = ['eval', 'model', '--task', 'needle', '--cache', 'h2o:budget=9'];

test.each([
  [['--text-file', 'text.txt'], { name: 'text.txt', characters: 10, content: 'Some text.' }],
  [['--ids-file', 'ids.json'], { name: 'ids.json', characters: expect.any(Number), content: expect.any(String) }],
])('the Lab page opens what is saved of a text: %j', async (file, text) => {
  const fake = cli();
  const lengths = ['--prefill', '4', '--decode', '3', '--seed', '5'];
  const printed = await fake.run(
    'eval',
    'model',
    ...file,
    ...lengths,
    '--kv',
    'f32',
    '--output',
    'kept.json',
    '--json',
  );
  const record = parseEvalRecord(fake.files.get('kept.json') as string);
  expect(record).toMatchObject({
    kind: 'loss',
    date: '2026-11-24T16:22:00.000Z',
    settings: { text, prefill: 4, decode: 3, methods: ['f32'], budgets: [], seed: 5, mass: false },
    dense: { nll: 2 },
  });
  // What is printed has no such head.
  expect(Object.keys(JSON.parse(printed.out) as object)).toEqual(['dense', 'runs']);
  expect((JSON.parse(printed.out) as { runs: unknown }).runs).toEqual(record.runs);
});

test('the Lab page opens what is saved of a task, with the defaults of what was not said', async () => {
  const fake = cli();
  const printed = await fake.run(...task, '--output', 'kept.json', '--json');
  const record = parseEvalRecord(fake.files.get('kept.json') as string);
  expect(record).toMatchObject({
    kind: 'task',
    settings: {
      task: 'needle',
      lengths: [512, 1024],
      depths: [0, 0.25, 0.5, 0.75, 1],
      question: 'before',
      methods: ['h2o:budget=9'],
      seed: 0,
    },
  });
  expect(JSON.parse(printed.out)).toEqual({ task: 'needle', runs: record.runs });
});
