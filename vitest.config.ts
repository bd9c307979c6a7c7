import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { browserLaunchOptions } from './scripts/find-gpu.mjs';
import { testFiles } from './scripts/test-projects.ts';
import CostReporter from './test/support/cost-reporter.ts';
import { readSampling } from './test/support/sample.ts';

/** The launch options, or none where there is no browser: test/support/check-browser.ts then says so, and only to who needs one. */
function launchOptions(): ReturnType<typeof browserLaunchOptions> | undefined {
  try {
    return browserLaunchOptions();
  } catch {
    return undefined;
  }
}

const browser = launchOptions();
const provide = { sampling: readSampling(process.env) };
// Two compile at once: drivers that compute on the CPU compile on one thread a process.
const gpuWorkers = Math.min(2, availableParallelism());
// Lavapipe then compiles in half the time and computes half as fast, for tests that compile much and compute little.
const quickCompiler = { GALLIVM_PERF: process.env['GALLIVM_PERF'] ?? 'nopt' };
// Isolation costs a process per file, and a GPU test cleans up after itself: dispose() is part of what is tested.
const sharedProcess = { pool: 'forks' as const, isolate: false };
const gpuTests = {
  ...sharedProcess,
  maxWorkers: gpuWorkers,
  sequence: { groupOrder: 1 },
  provide,
  globalSetup: ['test/support/check-adapter.ts', 'test/support/say-sampling.ts'],
  setupFiles: ['test/support/dawn.ts'],
  testTimeout: 600_000,
  hookTimeout: 600_000,
};

export default defineConfig({
  test: {
    reporters: ['default', new CostReporter()],
    projects: [
      {
        // The pages' own modules name the package as its users do.
        resolve: {
          alias: Object.fromEntries(
            ['methods/index', 'bench/records', 'eval/records', 'support'].map((entry) => [
              `winnow-llm/${entry.replace('/index', '')}`,
              fileURLToPath(new URL(`src/${entry}.ts`, import.meta.url)),
            ]),
          ),
        },
        test: { name: 'unit', include: testFiles('unit'), testTimeout: 30_000 },
      },
      {
        test: {
          ...gpuTests,
          name: 'gpu',
          include: testFiles('gpu'),
          env: quickCompiler,
        },
      },
      { test: { ...gpuTests, name: 'model', include: testFiles('model') } },
      {
        // Found in advance: a dependency that Vite discovers during a run reloads the page under the tests.
        optimizeDeps: { include: ['@huggingface/tokenizers'] },
        server: {
          headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' },
        },
        test: {
          name: 'browser',
          sequence: { groupOrder: 3 },
          provide,
          include: testFiles('browser'),
          globalSetup: ['test/support/check-browser.ts', 'test/support/say-sampling.ts'],
          setupFiles: ['test/support/page-costs.ts'],
          testTimeout: 480_000,
          hookTimeout: 480_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            fileParallelism: false,
            instances: [{ browser: 'chromium' }],
            provider: playwright(browser ? { launchOptions: browser } : {}),
          },
        },
      },
      {
        test: {
          ...sharedProcess,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
          env: quickCompiler,
          name: 'pages',
          provide,
          include: testFiles('pages'),
          globalSetup: [
            'test/support/check-adapter.ts',
            'test/support/check-browser.ts',
            'test/support/say-sampling.ts',
          ],
          testTimeout: 900_000,
          hookTimeout: 480_000,
        },
      },
    ],
  },
});
