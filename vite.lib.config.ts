import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  publicDir: false,
  build: {
    target: 'es2023',
    minify: false,
    sourcemap: true,
    lib: {
      entry: {
        index: at('src/index.ts'),
        node: at('src/node.ts'),
        'worker/entry': at('src/worker/entry.ts'),
        'cli/main': at('src/cli/main.ts'),
      },
      formats: ['es'],
    },
    rolldownOptions: {
      external: [/^node:/, 'webgpu', 'commander', 'comlink', '@huggingface/tokenizers', '@huggingface/jinja', /^@noble\/hashes/],
      output: { preserveModules: true, preserveModulesRoot: 'src', entryFileNames: '[name].js' },
    },
  },
});
