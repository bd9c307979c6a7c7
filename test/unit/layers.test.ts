import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const SRC = resolve(import.meta.dirname, '../../src');

/** Which folders of src/ a folder may import from, besides itself. The order is the architecture. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  gpu: ['core'],
  weights: ['core'],
  templates: ['core'],
  tokenizer: ['core', 'weights', 'templates'],
  kernels: ['core', 'gpu'],
  attention: ['core', 'gpu', 'kernels'],
  cache: ['core', 'gpu', 'kernels'],
  sampling: ['core', 'gpu', 'kernels'],
  constraints: ['core'],
  decoding: ['core', 'gpu', 'kernels'],
  methods: ['core', 'kernels', 'attention', 'cache', 'decoding'],
  models: ['core', 'gpu', 'kernels', 'attention', 'cache', 'sampling', 'weights'],
  engine: [
    'core',
    'gpu',
    'kernels',
    'attention',
    'cache',
    'decoding',
    'methods',
    'constraints',
    'sampling',
    'models',
    'weights',
    'tokenizer',
  ],
  worker: ['core', 'methods', 'constraints', 'index.ts'],
  bench: ['core', 'gpu', 'kernels', 'attention', 'cache', 'methods', 'sampling', 'engine'],
  eval: ['core', 'gpu', 'kernels', 'attention', 'cache', 'methods', 'sampling', 'engine', 'bench'],
  node: ['core', 'kernels', 'models', 'engine', 'weights', 'tokenizer', 'bench'],
  cli: ['core', 'methods', 'node.ts', 'bench', 'eval'],
  'support.ts': ['engine'],
  'index.ts': ['core', 'engine', 'methods', 'models', 'weights', 'worker', 'bench', 'support.ts'],
  'node.ts': ['core', 'engine', 'methods', 'models', 'weights', 'worker', 'node'],
};

/** The floors of src/engine, from the ground up: a room may import from those before it. Files that stand alone are rooms. */
const ENGINE_FLOORS: readonly (readonly string[])[] = [
  ['version.ts', 'check-ids.ts', 'engine-options.ts', 'check-support.ts'],
  ['memory', 'load'],
  ['self-test', 'tuning'],
  ['plan', 'tokenizer-api.ts'],
  ['step'],
  ['runtime.ts'],
  ['conversation', 'report.ts'],
  ['measure'],
  ['engine.ts'],
  ['browser-environment.ts', 'recorded-step.ts', 'inspect.ts'],
];

/** The room of src/engine that a path lies in, or the file where it lies in none. */
const engineRoomOf = (path: string): string => relative(join(SRC, 'engine'), path).split(/[/\\]/)[0]!;
const floorOf = (room: string): number => ENGINE_FLOORS.findIndex((rooms) => rooms.includes(room));

/** The folder below src/, or the name of an entry file. */
const folderOf = (path: string): string => relative(SRC, path).split(/[/\\]/)[0]!;

interface Import {
  readonly from: string;
  readonly to: string;
  readonly file: string;
  readonly target: string;
}

function* imports(): Generator<Import> {
  for (const entry of readdirSync(SRC, { recursive: true, encoding: 'utf8' })) {
    if (!entry.endsWith('.ts') || entry.endsWith('.d.ts')) continue;
    const file = join(SRC, entry);
    for (const [, specifier] of readFileSync(file, 'utf8').matchAll(
      /(?:from|import)\s*\(?\s*['"](\.[^'"]+\.ts)['"]/g,
    )) {
      const target = resolve(dirname(file), specifier!);
      yield { from: folderOf(file), to: folderOf(target), file: entry, target };
    }
  }
}

test('imports point one way', () => {
  const wrong = [...imports()].filter(({ from, to }) => from !== to && !MAY_IMPORT[from]?.includes(to));
  expect(wrong.map(({ file, to }) => `${file} imports ${to}`)).toEqual([]);
});

test('within the engine imports go down', () => {
  const within = [...imports()].filter(({ from, to }) => from === 'engine' && to === 'engine');
  const wrong = within.filter(({ file, target }) => {
    const [from, to] = [engineRoomOf(join(SRC, file)), engineRoomOf(target)];
    return from !== to && floorOf(to) >= floorOf(from);
  });
  expect(wrong.map(({ file, target }) => `${file} imports ${relative(SRC, target)}`)).toEqual([]);
  const rooms = new Set(within.flatMap(({ file, target }) => [engineRoomOf(join(SRC, file)), engineRoomOf(target)]));
  expect([...rooms].filter((room) => floorOf(room) === -1)).toEqual([]);
});

test('every folder of src has its place in the order', () => {
  expect([...new Set([...imports()].map(({ from }) => from))].filter((folder) => !(folder in MAY_IMPORT))).toEqual([]);
});

/** A template's value may be called in a run, with arguments that are values: one type in three files. */
const ONE_TYPE = ['templates/arguments.ts', 'templates/run.ts', 'templates/values.ts'];

test.each(['src', 'demo'])('no files of %s import each other in a circle, not even for types', (folder) => {
  const root = resolve(SRC, '..', folder);
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((entry) => /\.tsx?$/.test(entry));
  const targets = new Map(
    files.map((entry) => {
      const file = join(root, entry);
      const found = readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+\.tsx?)'/g);
      return [file, [...found].map(([, specifier]) => resolve(dirname(file), specifier!))] as const;
    }),
  );
  // What imports nothing that is left, or is imported by nothing, is in no circle.
  const left = new Set(targets.keys());
  for (let size = -1; size !== left.size;) {
    size = left.size;
    for (const file of left) if (!targets.get(file)!.some((target) => left.has(target))) left.delete(file);
  }
  for (let size = -1; size !== left.size;) {
    size = left.size;
    const used = new Set([...left].flatMap((file) => targets.get(file)!));
    for (const file of left) if (!used.has(file)) left.delete(file);
  }
  const circles = [...left].map((file) => relative(root, file).replaceAll('\\', '/'));
  expect(circles.filter((file) => !ONE_TYPE.includes(file))).toEqual([]);
});

test('only the cases of kernels are reached for out of src: what the benchmark times is what the tests check', () => {
  const reaching = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).flatMap((entry) => {
    if (!entry.endsWith('.ts')) return [];
    const file = join(SRC, entry);
    const specifiers = [...readFileSync(file, 'utf8').matchAll(/(?:from|import|glob)\b[^'"`;]*['"`](\.[^'"`]+)['"`]/g)];
    return specifiers.flatMap(([, specifier]) => {
      const target = relative(SRC, resolve(dirname(file), specifier!)).replaceAll('\\', '/');
      const data = target.startsWith('../shaders/') || target === '../models/manifest.json?raw';
      return target.startsWith('..') && !data ? [`${entry}: ${target}`] : [];
    });
  });
  expect(reaching).toEqual(['kernels/cases/kernel-cases.ts: ../cases/**/*.case.ts']);
});
