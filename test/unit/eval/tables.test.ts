import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/core/errors.ts';
import { formatSpec } from '../../../src/core/method-spec.ts';
import {
  evalCsv,
  evalMarkdown,
  expandSweep,
  taskCsv,
  taskMarkdown,
  type EvalRun,
  type TaskRun,
} from '../../../src/eval/index.ts';

const run: EvalRun = {
  setting: 'h2o:budget=170,sinks=4',
  nll: 3.25,
  dnll: 0.125,
  dnllError: 0.03125,
  kl: 0.0625,
  klP99: 0.5,
  top1Agreement: 0.875,
  slotsReadPerToken: 171,
  kvBytesHeld: 3 * 2 ** 20,
  kvBytesReadPerToken: 2 ** 19,
  msPerToken: 12.345,
};

describe('tables of an evaluation', () => {
  test('CSV has the dense run first, figures as they are, and settings with commas in quotes', () => {
    expect(
      evalCsv({ dense: { nll: 3.125 }, runs: [run, { ...run, setting: 'quest', mass: 0.5 }] }).split('\r\n'),
    ).toEqual([
      'setting,nll,dnll,dnllError,kl,klError,klP99,top1Agreement,mass,slotsReadPerToken,kvBytesHeld,kvBytesReadPerToken,msPerToken',
      'dense,3.125,,,,,,,,,,,',
      '"h2o:budget=170,sinks=4",3.25,0.125,0.03125,0.0625,,0.5,0.875,,171,3145728,524288,12.345',
      'quest,3.25,0.125,0.03125,0.0625,,0.5,0.875,0.5,171,3145728,524288,12.345',
      '',
    ]);
  });

  test('Markdown has a column of mass only where it was measured', () => {
    const lines = (runs: EvalRun[]): string[] => evalMarkdown({ dense: { nll: 3.125 }, runs }).split('\n');
    expect(lines([{ ...run, dnll: -0.125, kl: 0.00012 }])).toEqual([
      '| methods | loss (nats a token) | KL from dense | KL, 99th of 100 | same likeliest token | slots read a token | cache held (MiB) | cache read a token (MiB) | ms a token |',
      '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
      '| dense | 3.1250 |  |  |  |  |  |  |  |',
      '| h2o:budget=170,sinks=4 | 3.2500 (-0.1250) | 1.2e-4 | 0.5000 | 87.5 % | 171.0 | 3.00 | 0.50 | 12.3 |',
      '',
    ]);
    const [head, , dense, first, second] = lines([run, { ...run, mass: 0.5 }]);
    expect(head).toContain('| attention kept |');
    expect(new Set([head, dense, first, second].map((line) => line!.split('|').length)).size).toBe(1);
    expect(second).toContain('| 50.0 % |');
  });

  test('a setting cannot break its cell or run as a formula', () => {
    const odd = { ...run, setting: '=a|b\nc' };
    expect(evalMarkdown({ dense: { nll: 1 }, runs: [odd] })).toContain('| =a\\|b c |');
    expect(evalCsv({ dense: { nll: 1 }, runs: [odd] })).toContain(`"'=a|b\nc"`);
  });
});

describe('tables of tasks', () => {
  const of = (setting: string, depth: number, exact: boolean, logProb: number, tokens = 512): TaskRun => ({
    kvBytesHeld: (setting === 'dense' ? tokens : 64 + 128 * depth) * 2 ** 12,
    msPerToken: 8 + depth,
    setting,
    task: 'needle',
    question: 'before',
    tokens,
    depth,
    exact,
    logProb,
  });
  const runs = [
    of('dense', 0, true, -0.1),
    of('dense', 1, false, -3),
    of('h2o', 0, false, -2),
    of('h2o', 1, true, -1),
    of('dense', 0, true, -0.5, 1024),
    of('h2o', 0, true, -0.25, 1024),
  ];

  test('Markdown judges a method on what dense attention solves, and shows all beside', () => {
    expect(taskMarkdown(runs).split('\n')).toEqual([
      '| methods | task | 512 tokens, where dense is right | 512 tokens, all | 512 tokens, cache held (MiB) | 1024 tokens, where dense is right | 1024 tokens, all | 1024 tokens, cache held (MiB) |',
      '| --- | --- | --- | --- | --- | --- | --- | --- |',
      '| dense | needle, question before | 1 of 1 (-0.10) | 1 of 2 (-1.55) | 2.00 | 1 of 1 (-0.50) | 1 of 1 (-0.50) | 4.00 |',
      '| h2o | needle, question before | 0 of 1 (-2.00) | 1 of 2 (-1.50) | 0.50 | 1 of 1 (-0.25) | 1 of 1 (-0.25) | 0.25 |',
      '',
    ]);
  });

  test('a length at which dense attention solves nothing judges nobody', () => {
    const wrong = runs.map((one) => ({ ...one, exact: one.setting !== 'dense' }));
    expect(taskMarkdown(wrong)).toContain('| h2o | needle, question before | none | 2 of 2 (-1.50) | 0.50 | none |');
  });

  test('CSV has every question', () => {
    const { kvBytesHeld: _held, msPerToken: _time, ...bare } = runs[1]!;
    expect(taskCsv([runs[0]!, bare]).split('\r\n')).toEqual([
      'setting,task,question,tokens,depth,exact,logProb,kvBytesHeld,msPerToken',
      'dense,needle,before,512,0,1,-0.1,2097152,8',
      'dense,needle,before,512,1,0,-3,,',
      '',
    ]);
  });
});

describe('a sweep', () => {
  test('gives each value to the methods that have its key, and leaves the others', () => {
    expect(expandSweep(['h2o:sinks=2', 'quest:pages=3', 'tova:budget=9'], 'budget=64,128').map(formatSpec)).toEqual([
      'h2o:sinks=2,budget=64',
      'h2o:sinks=2,budget=128',
      'quest:pages=3',
      'tova:budget=64',
      'tova:budget=128',
    ]);
    expect(expandSweep([{ name: 'random', parameters: {} }], 'budgets=uniform,pyramid').map(formatSpec)).toEqual([
      'random:budgets=uniform',
      'random:budgets=pyramid',
    ]);
  });

  test('leaves the specs that it was given as they were', () => {
    const spec = { name: 'h2o', parameters: { budget: 1 } };
    expandSweep([spec], 'budget=2');
    expect(spec.parameters.budget).toBe(1);
  });

  test.each([
    ['budget', 'no "="'],
    ['budget=', 'cannot be read'],
    ['=1', 'cannot be read'],
    ['budget=1,,2', 'cannot be read'],
    ['budget=1,pages=2', 'cannot be read'],
    ['budget=1,1', 'twice'],
    ['pages=1', 'None of the methods has a parameter pages'],
  ])('%s is refused', (sweep, why) => {
    expect(() => expandSweep(['h2o:budget=9'], sweep)).toThrow(UsageError);
    expect(() => expandSweep(['h2o:budget=9'], sweep)).toThrow(why);
  });
});
