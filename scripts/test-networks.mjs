/** Runs the tests of networks and of tokenizers on a folder of files with golden data: `npm run test:networks -- FOLDER [vitest options]`. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { spawnSync } from 'node:child_process';

const [folder, ...options] = process.argv.slice(2);
if (folder === undefined || !existsSync(folder)) {
  console.error('Usage: npm run test:networks -- FOLDER, with NAME.gguf and NAME.json (test/golden/README.md) in it.');
  process.exit(1);
}
const files = ['test/engine/networks.test.ts', 'test/engine/embed.test.ts', 'test/unit/tokenizer/golden-texts.test.ts'];
const { status } = spawnSync('npx', ['vitest', 'run', '--project', 'gpu', '--project', 'unit', ...files, ...options], {
  stdio: 'inherit',
  env: { ...process.env, WINNOW_NETWORKS: resolve(folder) },
  shell: process.platform === 'win32',
});
process.exit(status ?? 1);
