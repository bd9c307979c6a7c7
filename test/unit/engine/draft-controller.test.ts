import { describe, expect, test } from 'vitest';
import { auto } from '../../../src/decoding/index.ts';
import { DraftController } from '../../../src/engine/step/draft-controller.ts';

const levels = auto().levels!;

/** Decodes so many tokens where a step of n rows takes `ms(n)` and gives `tokens(n)`; returns what was used when. */
function decode(
  controller: DraftController,
  count: number,
  ms: (rows: number) => number,
  tokens: (rows: number) => number,
): { readonly time: number; readonly rows: readonly number[] } {
  let time = 0;
  let given = 0;
  const used: number[] = [];
  while (given < count) {
    const { proposer } = controller;
    const rows = proposer?.nodes ?? 1;
    time += ms(rows);
    given += tokens(rows);
    used.push(rows);
    controller.finished(proposer, 1, ms(rows), tokens(rows));
  }
  return { time, rows: used };
}

/** Rows cost 30 % of a step each where a CPU computes, next to nothing on a GPU. */
const onCpu = (rows: number): number => 20 * (0.7 + 0.3 * rows);
const onGpu = (rows: number): number => 5 * (1 + rows / 200);
const nothing = (): number => 1;
/** Half of the first guesses come true, and ever fewer of more. */
const some = (rows: number): number => (rows === 1 ? 1 : 1.2 + 0.15 * Math.log2(rows));

describe('the number of nodes follows from what steps take and give', () => {
  test('where nothing comes true, drafts are off within 32 tokens, and cost 3 % at most', () => {
    const { rows, time } = decode(new DraftController(levels), 512, onCpu, nothing);
    expect(rows.slice(0, 40).findLastIndex((count) => count > 1)).toBeLessThan(40);
    const longest = rows
      .join('')
      .split('1')
      .map((run) => run.length);
    expect(Math.max(...longest)).toBeLessThanOrEqual(10);
    expect(time / (512 * onCpu(1))).toBeLessThan(1.03);
  });

  test('where rows cost next to nothing, it drafts with the most', () => {
    const controller = new DraftController(levels);
    const { rows, time } = decode(controller, 512, onGpu, some);
    expect(rows.at(-1)).toBe(32);
    expect(time).toBeLessThan((0.62 * 512 * onGpu(1)) / 1);
    expect(controller.why).toBeUndefined();
  });

  test('where rows cost much, it finds the few that pay', () => {
    const { rows, time } = decode(new DraftController(levels), 512, onCpu, some);
    expect(new Set(rows.slice(100))).toContain(2);
    expect(Math.max(...rows.slice(100))).toBeLessThanOrEqual(4);
    expect(time / (512 * onCpu(1))).toBeLessThan(1);
  });

  test('a text that begins to repeat itself is noticed', () => {
    const controller = new DraftController(levels);
    decode(controller, 128, onCpu, nothing);
    expect(controller.why).toMatch(/^2 rows took 1\.30 times as long as one and gave 1\.00 tokens/);
    const { rows } = decode(controller, 400, onCpu, (count) => Math.min(count, 1.8));
    expect(rows.at(-1)).toBe(2);
    expect(controller.stepMs[2]).toBeCloseTo(onCpu(2));
  });
});
