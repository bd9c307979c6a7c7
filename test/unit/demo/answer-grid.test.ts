import { describe, expect, test } from 'vitest';
import { answerGrid, likelihood, stepOf } from '../../../demo/lab/data/answer-grid.ts';
import { taskFixture } from '../../demo/support/eval-fixture.ts';

describe('the map of answers', () => {
  const { runs } = taskFixture({ settings: { task: 'two-turn', methods: ['random'], budgets: [64] } });

  test('has a row for each setting, and columns by length, question and depth', () => {
    const grid = answerGrid(runs.toReversed().toSorted((a, b) => (a.setting < b.setting ? -1 : 1)))!;
    expect(grid.groups.map(({ name }) => name)).toEqual([
      '512 tokens, asked before',
      '512 tokens, asked after',
      '1,024 tokens, asked before',
      '1,024 tokens, asked after',
    ]);
    for (const { places } of grid.groups) expect(places.map(({ depth }) => depth)).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(grid.rows.map(({ setting }) => setting)).toEqual(['dense', 'random:budget=64']);
    expect(grid.rows[0]!.runs).toHaveLength(20);
  });

  test('a cell is empty where a question was not asked yet', () => {
    const grid = answerGrid(runs.slice(0, 21))!;
    expect(grid.rows[1]!.runs.filter((run) => run !== undefined)).toEqual([runs[20]]);
  });

  test('is not drawn for points that are no grid, which would be more cells than a page can have', () => {
    const scattered = runs.map((run, index) => ({ ...run, setting: `s${index}`, tokens: index + 1 }));
    expect(answerGrid(scattered)).toBeUndefined();
  });

  test('is filled by the probability that the log-probability stands for, whatever a file says', () => {
    expect([0, -0.5, -1, -3, -1e6, 1e300].map((logProb) => stepOf({ logProb }))).toEqual([6, 4, 2, 0, 0, 6]);
    expect(likelihood({ logProb: Math.log(0.25) })).toBeCloseTo(0.25);
  });
});
