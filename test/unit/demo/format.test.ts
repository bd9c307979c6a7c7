import { expect, test } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatSpeed,
  formatTimeLeft,
  formatTokens,
} from '../../../demo/shared/format.ts';

test('every figure has its unit', () => {
  expect(formatBytes(0)).toBe('0 B');
  expect(formatBytes(98_362_432)).toBe('98.4 MB');
  expect(formatBytes(1_790_000_000)).toBe('1.79 GB');
  expect(formatBytes(2_600)).toBe('3 kB');
  expect(formatCount(3204)).toBe('3,204');
  expect(formatDuration(180.4)).toBe('180 ms');
  expect(formatDuration(2310)).toBe('2.3 s');
  expect(formatDuration(80_000)).toBe('1 min 20 s');
  expect(formatTimeLeft(400)).toBe('under 1 s left');
  expect(formatTimeLeft(12_300)).toBe('12 s left');
  expect(formatTimeLeft(200_000)).toBe('3 min left');
  expect(formatSpeed(62.08)).toBe('62.1 tok/s');
  expect(formatTokens(1)).toBe('1 token');
  expect(formatTokens(1200)).toBe('1,200 tokens');
});
