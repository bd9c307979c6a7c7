import { expect, test } from 'vitest';

const files = import.meta.glob<string>('../../../cases/**/*.ts', { query: '?raw', import: 'default', eager: true });

test('every tolerance of a case stands under its reason', () => {
  const bare: string[] = [];
  let tolerances = 0;
  for (const [path, text] of Object.entries(files)) {
    const lines = text.split('\n');
    lines.forEach((line, i) => {
      // A field, or the argument of a function that makes several cases of a kernel.
      if (!/^ *tolerance: \d|^ +\w+Case\(.*\d/.test(line) && !/^ +\w+Case\($/.test(line)) return;
      tolerances++;
      if (!/^ *\/\/ \S/.test(lines[i - 1]!)) bare.push(`${path}:${i + 1}`);
    });
  }
  expect(tolerances).toBeGreaterThan(30);
  expect(bare).toEqual([]);
});
