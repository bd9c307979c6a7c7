import { expect, test } from 'vitest';
import constants from '../../../shaders/lib/constants.wgsl?raw';

const files = import.meta.glob<string>('../../../shaders/**/*.wgsl', { query: '?raw', import: 'default', eager: true });
const lines = Object.entries(files).flatMap(([path, text]) =>
  text.split('\n').map((line, i) => ({ at: `${path.replace('../../../', '')}:${i + 1}`, line })),
);
const matching = (pattern: RegExp): string[] =>
  lines.filter(({ line }) => pattern.test(line.replace(/\/\/.*/, ''))).map(({ at, line }) => `${at} ${line.trim()}`);

test('words of the step state have names, as src/kernels/step-layout.ts gives them', () => {
  expect(matching(/\b(row|logit_row|sequence|method)_(word|setting|at)\([^()]*,\s*\d/)).toEqual([]);
  expect(matching(/\bstate\[[^\]]*\b\d+u?\b/)).toEqual([]);
});

test('which slots a row may read is asked of lib/step-rows and lib/attention/visible, and derived nowhere else', () => {
  const homes = (pattern: RegExp): string[] => [...new Set(matching(pattern).map((line) => line.split(':')[0]!))];
  expect(homes(/\brow_ordinal\b|\bROW_ORDINAL\b/)).toEqual([
    'shaders/decoding/advance.wgsl',
    'shaders/decoding/plant.wgsl',
    'shaders/lib/step-rows.wgsl',
  ]);
  expect(homes(/\bMETHOD_WINDOW(_SINKS)?\b/)).toEqual(['shaders/lib/attention/visible.wgsl']);
  expect(homes(/\bROW_PARENT\b/)).toEqual(['shaders/decoding/advance.wgsl', 'shaders/decoding/plant.wgsl']);
  expect(homes(/\bROW_ANCESTORS(_HIGH)?\b/)).toEqual([
    'shaders/decoding/plant.wgsl',
    'shaders/lib/attention/branch.tree.wgsl',
  ]);
});

test('the numbers of lib/constants stand there alone', () => {
  const numbers = [...constants.matchAll(/= (-?[\d.e-]+);/g)].map(([, number]) => number!);
  expect(numbers.length).toBeGreaterThan(2);
  for (const number of numbers)
    expect(matching(new RegExp(`(?<![\\d.])${number.replaceAll('.', '\\.')}`))).toEqual([
      expect.stringContaining('shaders/lib/constants.wgsl'),
    ]);
});

test('no line is longer than 160 characters', () => {
  expect(lines.filter(({ line }) => line.length > 160).map(({ at }) => at)).toEqual([]);
});
