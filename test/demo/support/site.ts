import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, preview } from 'vite';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export interface Site {
  /** Address of the built chat page, with a slash at its end. */
  readonly url: string;
  close(): Promise<void>;
}

/** Builds the pages and serves them on a free port; `scripted` puts the stand-ins in place of the package. */
export async function serveSite(options: { readonly scripted: boolean }): Promise<Site> {
  const outDir = await mkdtemp(join(tmpdir(), 'winnow-pages-'));
  const config = {
    configFile: at('../../../demo/vite.config.ts'),
    logLevel: 'warn',
    build: { outDir, emptyOutDir: true },
    preview: { host: '127.0.0.1', port: 0 },
    ...(options.scripted && {
      resolve: {
        alias: [
          { find: 'winnow-llm/bench/records', replacement: at('../../../src/bench/records.ts') },
          { find: 'winnow-llm/eval/records', replacement: at('../../../src/eval/records.ts') },
          { find: 'winnow-llm/eval', replacement: at('./scripted-eval.ts') },
          { find: 'winnow-llm/bench', replacement: at('./scripted-bench.ts') },
          { find: 'winnow-llm/methods', replacement: at('../../../src/methods/index.ts') },
          { find: 'winnow-llm/support', replacement: at('../../../src/support.ts') },
          { find: 'winnow-llm', replacement: at('./scripted-engine.ts') },
        ],
      },
    }),
  } as const;
  await build(config);
  const server = await preview(config);
  const url = server.resolvedUrls?.local[0];
  if (!url) throw new Error('The preview server has no address.');
  return {
    url,
    async close() {
      await server.close();
      await rm(outDir, { recursive: true, force: true });
    },
  };
}
