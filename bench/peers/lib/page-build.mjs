// Builds Winnow's own page from the sources, as an application would bundle it.
import { build } from 'vite';
import { join } from 'node:path';
import { root } from '../../../scripts/lib/project.mjs';
import { peersCache, sidesFolder } from './paths.mjs';

/** @returns {Promise<string>} the folder that holds winnow-page.js */
export async function buildWinnowPage() {
  const outDir = join(peersCache, 'winnow-page');
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    resolve: { alias: { 'winnow-llm': join(root, 'src', 'index.ts') } },
    worker: { format: 'es' },
    build: {
      target: 'es2023',
      outDir,
      emptyOutDir: true,
      lib: { entry: join(sidesFolder, 'winnow-page.mjs'), formats: ['es'], fileName: () => 'winnow-page.js' },
    },
  });
  return outDir;
}
