import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const IN_SOURCE = "new URL('./entry.ts', import.meta.url)";
const PLACEHOLDER = '__WINNOW_WORKER_ENTRY__';

/** Keeps the Worker's script a module of the package: left alone, Vite would write an absolute path that no bundler follows. */
const workerEntry: Plugin = {
  name: 'worker-entry',
  enforce: 'pre',
  transform: (code, id) =>
    id.endsWith('/src/worker/client.ts') ? { code: code.replace(IN_SOURCE, PLACEHOLDER), map: null } : undefined,
  renderChunk: (code) =>
    code.includes(PLACEHOLDER)
      ? { code: code.replace(PLACEHOLDER, "new URL('./entry.js', import.meta.url)"), map: null }
      : undefined,
};

export default defineConfig({
  plugins: [workerEntry],
  publicDir: false,
  build: {
    target: 'es2023',
    minify: false,
    sourcemap: true,
    lib: {
      entry: {
        index: at('src/index.ts'),
        node: at('src/node.ts'),
        support: at('src/support.ts'),
        'attention/index': at('src/attention/index.ts'),
        'bench/index': at('src/bench/index.ts'),
        'bench/records': at('src/bench/records.ts'),
        'constraints/index': at('src/constraints/index.ts'),
        'decoding/index': at('src/decoding/index.ts'),
        'eval/index': at('src/eval/index.ts'),
        'eval/records': at('src/eval/records.ts'),
        'cache/index': at('src/cache/index.ts'),
        'kernels/index': at('src/kernels/index.ts'),
        'methods/index': at('src/methods/index.ts'),
        'worker/entry': at('src/worker/entry.ts'),
        'cli/main': at('src/cli/main.ts'),
      },
      formats: ['es'],
    },
    rolldownOptions: {
      external: [/^node:/, 'webgpu', 'commander', '@huggingface/tokenizers', /^@noble\/hashes/],
      output: {
        preserveModules: true,
        preserveModulesRoot: 'src',
        entryFileNames: '[name].js',
      },
    },
  },
});
