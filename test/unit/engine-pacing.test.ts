import { expect, test } from 'vitest';
import { Pacing } from '../../src/engine/step/pacing.ts';

test('a chunk is cut into submits of about 50 ms, and rows are cut only when that is not enough', () => {
  const pacing = new Pacing(256);
  expect([pacing.chunkRows, pacing.submits(256)]).toEqual([256, 4]);
  pacing.finished(256, 20);
  expect([pacing.chunkRows, pacing.submits(256), pacing.submits(64)]).toEqual([256, 1, 1]);
  pacing.finished(256, 256);
  expect([pacing.chunkRows, pacing.submits(256), pacing.submits(100)]).toEqual([256, 6, 2]);
  pacing.finished(256, 32 * 101);
  expect([pacing.chunkRows, pacing.submits(128)]).toEqual([128, 32]);
  pacing.finished(128, 32 * 101);
  pacing.finished(64, 60_000);
  expect([pacing.chunkRows, pacing.submits(64)]).toEqual([64, 32]);
});
