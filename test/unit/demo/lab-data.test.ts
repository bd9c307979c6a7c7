import { describe, expect, test } from 'vitest';
import { ANSWER_MEASURES, answerGroups } from '../../../demo/lab/data/answer-measures.ts';
import { captionOf } from '../../../demo/lab/data/caption.ts';
import { linkOf } from '../../../demo/lab/data/link.ts';
import { formatSigned, MEASURES, measured } from '../../../demo/lab/data/measures.ts';
import { sortRuns } from '../../../demo/lab/data/run-rows.ts';
import { seriesOf } from '../../../demo/lab/data/series.ts';
import { summarise } from '../../../src/eval/index.ts';
import { readUrlSettings } from '../../../demo/lab/state/url-settings.ts';
import { assignLooks } from '../../../demo/shared/method-colours.ts';
import { evalFixture, taskFixture } from '../../demo/support/eval-fixture.ts';

const record = evalFixture();
const run = record.runs.find(({ setting }) => setting === 'h2o:budget=64')!;
const measure = (key: string) => MEASURES.find((each) => each.key === key)!;

describe('series of a chart', () => {
  test('the sizes of one setting are one series, from the least that is read to the most', () => {
    const series = seriesOf(record.runs.toReversed(), ({ kvBytesReadPerToken }) => kvBytesReadPerToken);
    expect(series.map(({ name }) => name)).toEqual(['random', 'quest:recent=16', 'streaming-llm', 'h2o', 'q8', 'f16']);
    expect(series[3]?.runs.map(({ setting }) => setting)).toEqual([
      'h2o:budget=64',
      'h2o:budget=128',
      'h2o:budget=256',
    ]);
    expect(series.filter(({ floor }) => floor).map(({ name }) => name)).toEqual(['random']);
    expect(series.filter(({ look }) => look.ring).map(({ name }) => name)).toEqual(['quest:recent=16']);
  });

  test('a setting that no registry knows, as a file may have, is a series of its own', () => {
    const odd = { ...run, setting: '<b>odd</b>' };
    expect(seriesOf([odd, run], () => 0).map(({ name }) => name)).toEqual(['<b>odd</b>', 'h2o']);
  });

  test('a method has its own colour, the same one with other parameters another', () => {
    const look = (key: string, method: string, ring = false) => ({ key, method, ring });
    const looks = assignLooks([look('h2o:sinks=9', 'h2o'), look('h2o', 'h2o'), look('streaming-llm', 'streaming-llm')]);
    expect(looks.get('h2o:sinks=9')).toEqual(assignLooks([look('h2o', 'h2o')]).get('h2o'));
    expect(looks.get('streaming-llm')).toEqual(assignLooks([look('s', 'streaming-llm')]).get('s'));
    expect(new Set([...looks.values()].map(({ colour }) => colour)).size).toBe(3);
    // A ring may have the colour of a dot.
    const both = assignLooks([look('sliding-window', 'sliding-window', true), look('streaming-llm', 'streaming-llm')]);
    expect(both.get('sliding-window')?.colour).toBe(both.get('streaming-llm')?.colour);
  });
});

describe('figures in words', () => {
  test('have a sign where they are differences, an error where there is one, and a unit', () => {
    expect([0.13149, -0.0021, 0].map(formatSigned)).toEqual(['+0.131', '−0.0021', '0']);
    expect(measured(measure('kl'), { ...run, kl: 2.34e-8, klError: 7.9e-9 }, 16)).toBe('2.3e-8 ± 7.9e-9 nats a token');
    expect(measured(measure('loss'), { ...run, dnll: 0.5, dnllError: 0.125 }, 384)).toBe('+0.5 ± 0.125 nats a token');
    const { dnllError: _, ...one } = run;
    expect(measured(measure('loss'), { ...one, dnll: 0.5 }, 1)).toBe('+0.5 nats a token');
  });

  test('the error of a share follows from the share and the number of tokens', () => {
    expect(measure('agreement').error({ ...run, top1Agreement: 0.5 }, 100)).toBeCloseTo(5);
    expect(measure('agreement').error({ ...run, top1Agreement: 1 }, 100)).toBe(0);
    expect(measure('agreement').error(run, 1)).toBeUndefined();
    expect(measure('agreement').error({ ...run, top1Agreement: 7 }, 100)).toBeUndefined();
  });

  test('a caption names adapter, browser, build, model, text and lengths', () => {
    expect(captionOf(record)).toBe(
      'Example GPU 4000 (scripted) · shader-f16, subgroups · Chrome 156 on Linux · Winnow 0.1.0 · SmolLM2 135M Instruct · the opening of Moby-Dick (5,332 characters) · prefill 768, decode 384 tokens · 24 Nov 2026, 16:22 UTC',
    );
  });
});

test('rows sort by each figure both ways, and names as numbers count', () => {
  const names = (key: 'setting' | 'dnll', descending: boolean): string[] =>
    sortRuns(record.runs, { key, descending }).map(({ setting }) => setting);
  expect(sortRuns(record.runs, undefined)).toEqual(record.runs);
  expect(names('dnll', true)[0]).toBe('random:budget=64');
  expect(names('dnll', false)[0]).toBe('f16');
  expect(names('setting', false).slice(1, 4)).toEqual(['h2o:budget=64', 'h2o:budget=128', 'h2o:budget=256']);
});

describe('charts of answers', () => {
  const { runs } = taskFixture();
  const chart = (key: string, group: ReturnType<typeof answerGroups>[number]) =>
    ANSWER_MEASURES.find((each) => each.key === key)!.chart(group.dense);

  test('are of one length each, and judge on what dense attention answers', () => {
    const groups = answerGroups(summarise(runs));
    expect(groups.map(({ name }) => name)).toEqual(['512 tokens, asked before', '1,024 tokens, asked before']);
    const group = groups[1]!;
    expect(group.dense.solved).toMatchObject({ right: 4, of: 4 });
    const row = group.rows.find(({ setting }) => setting === 'h2o:budget=64')!;
    expect(row.solved.of).toBe(4);
    expect(chart('answers', group).value(row)).toBe((100 * row.solved.right) / 4);
    expect(chart('answers', group).dense).toBe(100);
    expect(chart('log-prob', group).value(row)).toBe(row.solved.logProb);
    expect(chart('log-prob', group).dense).toBe(group.dense.solved.logProb);
  });

  test('the error of a share follows from the share and the number of questions', () => {
    const group = answerGroups(summarise(runs))[0]!;
    const of = (right: number, asked: number) => ({ ...group.dense, solved: { right, of: asked, logProb: -1 } });
    expect(chart('answers', group).error(of(50, 100))).toBeCloseTo(5);
    expect(chart('answers', group).error(of(1, 1))).toBeUndefined();
  });

  test('leave out what was not asked yet, as while a run goes on: a share of no questions is no number', () => {
    const some = runs.filter(
      ({ setting, tokens, depth }) => setting !== 'h2o:budget=64' || (tokens === 1024 && depth === 0.25),
    );
    const groups = answerGroups(summarise(some));
    expect(groups[1]!.rows.map(({ setting }) => setting)).not.toContain('h2o:budget=64');
    for (const group of groups)
      for (const row of group.rows) expect(chart('answers', group).value(row)).toBeGreaterThanOrEqual(0);
  });

  test('are not drawn where dense attention answers nothing, or nothing is beside it', () => {
    expect(answerGroups(summarise(runs.map((each) => ({ ...each, exact: false }))))).toEqual([]);
    expect(answerGroups(summarise(runs.filter(({ setting }) => setting === 'dense')))).toEqual([]);
    expect(answerGroups(summarise(runs.filter(({ tokens }) => tokens === 512))).map(({ name }) => name)).toEqual([
      undefined,
    ]);
  });
});

describe('the link of a result', () => {
  test('asks for the same evaluation', () => {
    const settings = { ...record.settings, text: { name: 'my.txt', characters: 4, content: 'Text' }, mass: true };
    const { query, missing } = linkOf({ record: { ...record, settings }, ended: 'yes', model: 'm' }, { measure: 'kl' });
    expect(missing).toBe('');
    expect(readUrlSettings(query.replace('model=m&', ''))).toEqual({
      problems: [],
      settings: {
        methods: record.settings.methods,
        budgets: [64, 128, 256],
        prefill: 768,
        decode: 384,
        mass: true,
        text: 'Text',
        textName: 'my.txt',
        measure: 'kl',
      },
    });
  });

  test('asks a task again, with its lengths, depths and question', () => {
    const asked = taskFixture({ settings: { depths: [0, 1 / 3, 1], question: 'after', seed: 5 } });
    expect(readUrlSettings(linkOf({ record: asked, ended: 'yes' }, {}).query)).toEqual({
      problems: [],
      settings: {
        task: 'needle',
        lengths: [512, 1024],
        depths: [0, 1 / 3, 1],
        question: 'after',
        methods: asked.settings.methods,
        budgets: [64, 128, 256],
        seed: 5,
      },
    });
  });

  test('says what it cannot hold: a long text, a model of a file', () => {
    const settings = { ...record.settings, text: { name: 'book.txt', characters: 90_000 } };
    const link = linkOf({ record: { ...record, settings }, ended: 'yes', local: true }, {});
    expect(link.query).toContain('text-name=book.txt');
    expect(link.missing).toBe('the text: it is too long (book.txt), nor the model: it is a file of this device');
    expect(linkOf({ record, ended: 'yes' }, {}).missing).toBe('');
  });
});

test('the caption of a task names it, with lengths, depths and when it asks', () => {
  expect(captionOf(taskFixture())).toContain(
    '· SmolLM2 135M Instruct · needle, question before · 512, 1,024 tokens · depths 0, 0.25, 0.5, 0.75, 1 · 24 Nov',
  );
  expect(captionOf(taskFixture({ settings: { task: 'two-turn' } }))).toContain('· two-turn · 512');
});
