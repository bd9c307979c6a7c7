import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { whyInstall } from '../../../scripts/setup/npm-packages.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'winnow-npm-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

type Packages = Record<string, { version?: string; optional?: boolean; dependencies?: Record<string, string> }>;

function write(path: string, content: unknown): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), JSON.stringify(content));
}

const locked = (packages: Packages): void =>
  write('package-lock.json', { packages: { '': { dependencies: { a: '1.0.0' } }, ...packages } });
const installed = (packages: Packages): void => {
  write('node_modules/.package-lock.json', { packages });
  for (const path of Object.keys(packages)) write(`${path}/package.json`, {});
};

describe('why npm must run', () => {
  test('no node_modules', () => {
    locked({ 'node_modules/a': { version: '1.0.0' } });
    expect(whyInstall(folder)).toBe('node_modules is missing');
  });

  test('an installation that was broken off', () => {
    locked({ 'node_modules/a': { version: '1.0.0' } });
    write('node_modules/a/package.json', {});
    expect(whyInstall(folder)).toBe('node_modules is incomplete');
  });

  test('a package that is missing or has another version than the lock says', () => {
    installed({ 'node_modules/a': { version: '1.0.0' } });
    locked({ 'node_modules/a': { version: '1.0.1' } });
    expect(whyInstall(folder)).toBe('a is 1.0.0 instead of 1.0.1');
    locked({ 'node_modules/a': { version: '1.0.0' }, 'node_modules/a/node_modules/@x/b': { version: '2.0.0' } });
    expect(whyInstall(folder)).toBe('@x/b is not installed');
  });

  test('a folder that someone removed', () => {
    locked({ 'node_modules/a': { version: '1.0.0' } });
    installed({ 'node_modules/a': { version: '1.0.0' } });
    rmSync(join(folder, 'node_modules/a'), { recursive: true });
    expect(whyInstall(folder)).toBe('a is not in node_modules');
  });

  test('nothing to do: optional packages for other systems may be missing', () => {
    locked({ 'node_modules/a': { version: '1.0.0' }, 'node_modules/other-os': { version: '1.0.0', optional: true } });
    installed({ 'node_modules/a': { version: '1.0.0' } });
    expect(whyInstall(folder)).toBeUndefined();
  });
});
