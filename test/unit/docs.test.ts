import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
/** Where a path in a text may begin. */
const PLACES = ['', 'src', 'src/engine'];
const TEXTS = ['README.md', 'CONTRIBUTING.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)];

/** What stands in backticks or links and names a file of the project. Words in angle brackets stand for a name. */
const pathsIn = (text: string): string[] =>
  [...text.matchAll(/`([\w.-]+(?:\/[\w.-]+)+)`/g), ...text.matchAll(/\]\((?!https?:)([^)#]+)/g)]
    .map(([, path]) => path!)
    .filter((path) => /\.(ts|tsx|mjs|wgsl|md|json)$|^(src|shaders|cases|test|docs|bench|models)\//.test(path));

test.each(TEXTS)('%s names files that are there', (name) => {
  const text = readFileSync(join(root, name), 'utf8');
  const missing = pathsIn(text).filter(
    (path) => ![...PLACES, name.includes('/') ? 'docs' : ''].some((place) => existsSync(join(root, place, path))),
  );
  expect(missing).toEqual([]);
});
