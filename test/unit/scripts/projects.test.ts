import { readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { expect, test } from 'vitest';
import { isInSomeProject } from '../../../scripts/test-projects.ts';

const root = join(import.meta.dirname, '..', '..', '..');

test('every test file belongs to a project, so that none is forgotten', () => {
  const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .map((path) => `test/${path.split(sep).join('/')}`)
    .filter((path) => /[.-](test|tests|spec)\.[cm]?[jt]sx?$/.test(path));
  expect(files).toContain('test/unit/scripts/projects.test.ts');
  expect(files.filter((path) => !isInSomeProject(path))).toEqual([]);
});

test('a test file elsewhere, or with another ending, is in no project', () => {
  expect(isInSomeProject('test/unit/weights/gguf.test.ts')).toBe(true);
  expect(isInSomeProject('test/types/api.test.ts')).toBe(false);
  expect(isInSomeProject('test/unit/weights/gguf.spec.ts')).toBe(false);
  expect(isInSomeProject('test/united/gguf.test.ts')).toBe(false);
});
