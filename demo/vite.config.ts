import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { commitHere } from './build-commit.ts';
import { contentSecurityPolicy } from './content-security-policy.ts';
import { serveModels } from './serve-models.ts';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// A host of the built pages should send these two headers as well, and `frame-ancestors 'none'`.
const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

export default defineConfig({
  root: at('.'),
  base: './',
  appType: 'mpa',
  publicDir: false,
  define: { BUILD_COMMIT: JSON.stringify(commitHere(at('..'))) },
  resolve: {
    alias: [
      { find: 'winnow-llm/attention', replacement: at('../src/attention/index.ts') },
      { find: 'winnow-llm/bench/records', replacement: at('../src/bench/records.ts') },
      { find: 'winnow-llm/eval/records', replacement: at('../src/eval/records.ts') },
      { find: 'winnow-llm/eval', replacement: at('../src/eval/index.ts') },
      { find: 'winnow-llm/bench', replacement: at('../src/bench/index.ts') },
      { find: 'winnow-llm/cache', replacement: at('../src/cache/index.ts') },
      { find: 'winnow-llm/methods', replacement: at('../src/methods/index.ts') },
      { find: 'winnow-llm/support', replacement: at('../src/support.ts') },
      { find: 'winnow-llm', replacement: at('../src/index.ts') },
    ],
  },
  plugins: [serveModels(at('../models')), contentSecurityPolicy()],
  server: { headers, fs: { allow: [at('..')] } },
  preview: { headers },
  // Known in advance: a dependency that the development server discovers late reloads the page in the middle of a load.
  optimizeDeps: {
    include: ['markdown-it', 'dompurify', '@huggingface/tokenizers', '@observablehq/plot'],
  },
  worker: { format: 'es' },
  build: {
    target: 'es2023',
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: [at('index.html'), at('bench.html'), at('lab.html')] },
  },
});
