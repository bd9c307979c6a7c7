import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
/** Where a path in a text may begin. */
const PLACES = ['', 'src', 'src/engine'];
const TEXTS = ['README.md', 'CONTRIBUTING.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)];

const isOfProject = (path: string): boolean =>
  /\.(ts|tsx|mjs|wgsl|md|json)$|^(src|shaders|cases|test|docs|bench|models)\//.test(path);
const found = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, path]) => path!).filter(isOfProject);

test.each(TEXTS)('%s names files that are there', (name) => {
  const text = readFileSync(join(root, name), 'utf8');
  // Words in angle brackets stand for a name.
  const named = found(text, /`([\w.-]+(?:\/[\w.-]+)+)`/g).filter(
    (path) => !PLACES.some((place) => existsSync(join(root, place, path))),
  );
  const linked = found(text, /\]\((?!https?:)([^)#]+)/g).filter((path) => !existsSync(join(root, dirname(name), path)));
  expect([...named, ...linked]).toEqual([]);
});
