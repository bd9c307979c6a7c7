import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';

const read = (path: string): string => readFileSync(resolve(import.meta.dirname, '../../..', path), 'utf8');

test('every code of an error is documented, in the order of their classes, and no other', () => {
  const declared = /type ErrorCode =([^;]*);/.exec(read('src/core/errors.ts'))![1]!.matchAll(/'([a-z-]+)'/g);
  const documented = read('docs/errors.md').matchAll(/^\| `([a-z-]+)` \|/gm);
  expect([...documented].map(([, code]) => code)).toEqual([...declared].map(([, code]) => code));
});
