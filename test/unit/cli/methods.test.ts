import { expect, test } from 'vitest';
import { METHODS } from '../../../src/methods/index.ts';
import { FakeCli } from './support.ts';

test('winnow methods tells of every method and parameter within 100 columns', async () => {
  const { code, out, err } = await new FakeCli().run('methods');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  for (const { name, paper, parameters } of METHODS) {
    expect(out).toMatch(new RegExp(`^ {2}${name}: `, 'm'));
    if (paper) expect(out).toContain(paper.url);
    for (const { key } of parameters) expect(out).toMatch(new RegExp(`^ {4}${key} +\\S`, 'm'));
    const own = out.slice(out.indexOf(`\n  ${name}: `)).split('\n\n')[0]!;
    for (const { key } of parameters) expect(own).toMatch(new RegExp(`\\b${key}\\b`));
  }
  expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
});

test('winnow methods --json gives the same as data', async () => {
  const { out } = await new FakeCli().run('methods', '--json');
  const listed = JSON.parse(out) as {
    name: string;
    parameters: { key: string; required: boolean; default: unknown }[];
  }[];
  expect(listed.map(({ name }) => name)).toEqual(METHODS.map(({ name }) => name));
  const h2o = listed.find(({ name }) => name === 'h2o')!;
  expect(h2o).toMatchObject({ kind: 'cache', paper: { url: 'https://arxiv.org/abs/2306.14048' } });
  expect(h2o.parameters.find(({ key }) => key === 'budget')).toMatchObject({ required: true, default: null });
  expect(h2o.parameters.find(({ key }) => key === 'recent')).toMatchObject({
    required: false,
    default: null,
    follows: '(budget - sinks) / 2',
  });
  expect(h2o.parameters.find(({ key }) => key === 'budgets')).toMatchObject({
    default: 'uniform',
    range: { choices: ['uniform', 'pyramid', 'adaptive-per-head'] },
  });
});
