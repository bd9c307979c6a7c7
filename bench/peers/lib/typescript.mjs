// Node 20 runs no TypeScript; Vite, which the project has anyway, does.
import { runnerImport } from 'vite';
import { join } from 'node:path';
import { root } from '../../../scripts/lib/project.mjs';

/** The exports of a TypeScript module of this project; `path` from its root. */
export async function importTypeScript(path) {
  const { module } = await runnerImport(join(root, path), { root, configFile: false, logLevel: 'error' });
  return module;
}
