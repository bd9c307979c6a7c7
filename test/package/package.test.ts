import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright';
import { build, preview, type PreviewServer } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { browserLaunchOptions } from '../../scripts/find-gpu.mjs';
import type { BenchResult } from '../../src/bench/index.ts';
import { tinyModel } from '../support/tiny-model.ts';

const root = resolve(import.meta.dirname, '../..');
let folder: string;

const run = (command: string, args: readonly string[], cwd: string): string => {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: 120_000 });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}\n${stdout}\n${stderr}`);
  return stdout;
};

/** A folder in which the packed package and its dependencies are installed, as a user's project would have them. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'winnow-package-'));
  run('npm', ['pack', '--pack-destination', folder], root);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'))!;
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  run('tar', ['xzf', tarball], folder);
  cpSync(join(folder, 'package'), join(modules, 'winnow-llm'), { recursive: true });
  for (const name of ['@huggingface', '@noble', '@webgpu', 'commander', 'webgpu'])
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', private: true }));
  writeFileSync(join(folder, 'tiny.gguf'), tinyModel({ tied: false, seed: 3 }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the package holds what it needs and nothing else', () => {
  const files = readdirSync(join(folder, 'package'), { recursive: true, encoding: 'utf8' });
  expect(existsSync(join(folder, 'package/dist/index.d.ts'))).toBe(true);
  expect(files.filter((file) => /(^|\/)(test|demo|scripts)(\/|$)|\.gguf$/.test(file))).toEqual([]);
});

test('its exports are well formed for every kind of consumer', () => {
  run('npx', ['publint', '--strict', join(folder, 'package')], root);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'))!;
  run('npx', ['attw', join(folder, tarball), '--profile', 'esm-only'], root);
});

test.each([
  // TypeScript's own dom library knows WebGPU; the types of @webgpu/types say it again, which only skipLibCheck lets pass.
  { module: 'esnext', moduleResolution: 'bundler', types: [], skipLibCheck: false },
  { module: 'nodenext', moduleResolution: 'nodenext', types: [], skipLibCheck: false },
  { module: 'esnext', moduleResolution: 'bundler', types: ['@webgpu/types'], skipLibCheck: true },
])('its types pass in a project with %j', (options) => {
  writeFileSync(
    join(folder, 'consumer.ts'),
    `import { createEngine, createWorkerEngine, type Engine } from 'winnow-llm';
     import { quest } from 'winnow-llm/attention';
     import { evict, h2o } from 'winnow-llm/cache';
     export async function answer(device: GPUDevice): Promise<string> {
       const engine: Engine = await createEngine({ model: new Blob([]), device });
       const worker = await createWorkerEngine({ model: 'smollm2-135m-instruct' });
       await worker.dispose();
       const cache = evict({ policy: h2o(), budget: 5 });
       const conversation = engine.conversation({ cache, attention: { decode: quest({ pages: 3 }) } });
       let text = '';
       for await (const piece of conversation.send('a')) text += piece.text;
       return text;
     }
     // @ts-expect-error -- the types are there, and refuse
     export const wrong = createEngine({ model: 5 });`,
  );
  const compilerOptions = {
    ...options,
    target: 'es2023',
    lib: ['es2023', 'dom', 'esnext.disposable'],
    strict: true,
    noEmit: true,
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }));
  run(join(root, 'node_modules/.bin/tsc'), ['-p', folder], root);
});

test('importing it has no effect, and a plain Node script generates with it', () => {
  writeFileSync(
    join(folder, 'script.mjs'),
    `const before = Object.keys(globalThis).length;
     const { createEngine, VERSION } = await import('winnow-llm');
     if (Object.keys(globalThis).length !== before) throw new Error('the import touched globalThis');
     const engine = await createEngine({ model: './tiny.gguf' });
     const { ids, finish } = await engine.generate([1, 2, 3], { maxTokens: 5, ignoreEos: true }).result;
     const { buffers, bytes } = await engine.report();
     await engine.dispose();
     console.log(JSON.stringify({ VERSION, ids: ids.length, finish, buffers: buffers > 0, bytes: bytes.total > 0 }));`,
  );
  const lines = run(process.execPath, ['script.mjs'], folder).trim().split('\n');
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  expect(JSON.parse(lines.at(-1)!)).toEqual({ VERSION: version, ids: 5, finish: 'length', buffers: true, bytes: true });
});

test('a plain Node script makes methods with its parts for cache and attention', () => {
  writeFileSync(
    join(folder, 'methods.mjs'),
    `import { adaptivePerHead, evict, h2o } from 'winnow-llm/cache';
     import { aShape, quest } from 'winnow-llm/attention';
     const { spec } = evict({ policy: h2o(), budget: adaptivePerHead(64), sinks: 2 });
     console.log(JSON.stringify({ spec, quest: quest({ pages: 3 }).parameters, mask: aShape({ window: 9 }).window }));`,
  );
  expect(JSON.parse(run(process.execPath, ['methods.mjs'], folder))).toMatchObject({
    spec: { name: 'h2o', parameters: { budget: 64, sinks: 2, budgets: 'adaptive-per-head' } },
    quest: { pages: 3, page: 16 },
    mask: 9,
  });
});

test('a plain Node script calls a kernel by itself, and checks it against its cases', () => {
  writeFileSync(
    join(folder, 'kernel.mjs'),
    `import { create } from 'webgpu';
     import { checkKernel, kernelCases, PlanRecorder, readBuffer, requestGpu, siluMul, wholeBuffer } from 'winnow-llm/kernels';
     const gpu = await requestGpu({ provider: create([]) });
     const array = (numbers) => {
       const buffer = gpu.createBuffer('numbers', numbers.byteLength);
       gpu.write(buffer, 0, numbers);
       return wholeBuffer(buffer);
     };
     const [gate, y] = [array(new Float32Array([1, 2, 3, 4])), array(new Float32Array([1, 1, 1, 1]))];
     const recorder = new PlanRecorder();
     recorder.add('silu', siluMul.call({ params: { count: 4 }, constants: {}, variant: undefined, bindings: { gate, y } }));
     const plan = await recorder.build(gpu, 'an example');
     plan.replay();
     const values = [...new Float32Array((await readBuffer(gpu, y.buffer)).buffer)];
     const { load } = kernelCases.find(({ kernel }) => kernel === 'elementwise/silu-mul');
     const [item] = await load();
     const wrong = await checkKernel(gpu, item, item.shapes[0]);
     gpu.dispose();
     console.log(JSON.stringify({ values, wrong }));
     process.exit(0);`,
  );
  const { values, wrong } = JSON.parse(run(process.execPath, ['kernel.mjs'], folder).trim().split('\n').at(-1)!) as {
    values: number[];
    wrong: string[];
  };
  values.forEach((value, i) => expect(value).toBeCloseTo((i + 1) / (1 + Math.exp(-i - 1)), 5));
  expect(wrong).toEqual([]);
});

test('the command of the package runs', () => {
  const out = run(
    process.execPath,
    [join(folder, 'node_modules/winnow-llm/bin/winnow.mjs'), 'info', 'tiny.gguf', '--json'],
    folder,
  );
  expect(JSON.parse(out)).toMatchObject({ architecture: 'llama' });
  const methods = run(process.execPath, [join(folder, 'node_modules/winnow-llm/bin/winnow.mjs'), 'methods'], folder);
  expect(methods).toContain('streaming-llm: ');
});

test('its benchmark brings the cases that it checks kernels with, and saves what it measured', () => {
  const flags = '--prompt 8 --history 16 --decode 2 --runs 1 --kernels silu --output run.json'.split(' ');
  const out = run(
    process.execPath,
    [join(folder, 'node_modules/winnow-llm/bin/winnow.mjs'), 'bench', 'tiny.gguf', ...flags],
    folder,
  );
  expect(out).toContain('elementwise/silu-mul');
  const saved = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as BenchResult;
  expect(saved.kernels).toMatchObject([{ kernel: 'elementwise/silu-mul', status: 'correct' }]);
  expect(saved.model?.decode).toMatchObject([{ history: 16, filled: true }]);
  expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
});

test('a Vite app with a Worker engine generates in the browser', async () => {
  const app = join(folder, 'app');
  mkdirSync(join(app, 'public'), { recursive: true });
  cpSync(join(folder, 'tiny.gguf'), join(app, 'public/tiny.gguf'));
  symlinkSync(join(folder, 'node_modules'), join(app, 'node_modules'));
  writeFileSync(
    join(app, 'index.html'),
    '<!doctype html><link rel="icon" href="data:,"><output></output><script type="module" src="/main.js"></script>',
  );
  writeFileSync(
    join(app, 'main.js'),
    `import { createWorkerEngine } from 'winnow-llm';
     const say = (text) => { document.querySelector('output').textContent = text; };
     try {
       const engine = await createWorkerEngine({ model: '/tiny.gguf' });
       let count = 0;
       for await (const _ of engine.generate([1, 2, 3], { maxTokens: 5, ignoreEos: true })) count++;
       say('tokens ' + count);
       await engine.dispose();
     } catch (error) { say('error ' + error.message); }`,
  );
  await build({ root: app, logLevel: 'silent', worker: { format: 'es' } });
  const server: PreviewServer = await preview({ root: app, preview: { port: 0, host: '127.0.0.1' } });
  const browser = await chromium.launch(browserLaunchOptions());
  try {
    const page = await browser.newPage();
    await page.goto(server.resolvedUrls!.local[0]!);
    await page.waitForFunction(() => document.querySelector('output')!.textContent !== '', undefined, {
      timeout: 100_000,
    });
    expect(await page.textContent('output')).toBe('tokens 5');
  } finally {
    await browser.close();
    await server.close();
  }
});
