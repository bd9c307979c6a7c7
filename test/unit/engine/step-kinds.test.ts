import { expect, test } from 'vitest';
import { evict, h2o, snapKv, tova } from '../../../src/cache/index.ts';
import { quest } from '../../../src/attention/index.ts';
import { kindsOf } from '../../../src/engine/plan/step-kinds.ts';

const methods = { kv: 'f16', cache: evict({ policy: tova(), budget: 64, sinks: 0 }) } as const;

test('single decoding rows are observed within attention', () => {
  const cache = evict({ policy: h2o(), budget: 64 });
  const parts = [methods, { ...methods, cache }].map((of) => ({ methods: of, phase: 'decode', rows: 1 }) as const);
  expect(kindsOf(parts).observe).toBe('rows');
});

test('rows of prompts are observed behind it, also one alone: what was seen before a window of rows is forgotten there', () => {
  for (const policy of [tova(), snapKv({ window: 1 })]) {
    const cache = evict({ policy, budget: 64, sinks: 0 });
    for (const phase of ['prompt', 'prompt-cut'] as const)
      expect(kindsOf([{ methods: { ...methods, cache }, phase, rows: 1 }]).observe).toBe('columns');
  }
});

test('a policy that looks at nothing that is decoded observes nothing there', () => {
  const cache = evict({ policy: snapKv(), budget: 64 });
  expect(kindsOf([{ methods: { ...methods, cache }, phase: 'decode', rows: 1 }]).observe).toBe('nothing');
});

test('every row that selects is among the first rows, however many they are', () => {
  const plain = { kv: 'f16' } as const;
  const selecting = { kv: 'f16', select: quest({ pages: 4 }) } as const;
  const decode = { phase: 'decode', rows: 1 } as const;
  const prompt = { methods: plain, phase: 'prompt', rows: 100 } as const;
  const parts = (count: number) => Array.from({ length: count }, () => ({ methods: selecting, ...decode }));
  expect(kindsOf([{ methods: plain, ...decode }, prompt]).selecting).toBe(0);
  expect(kindsOf([...parts(3), prompt]).selecting).toBe(8);
  expect(kindsOf([...parts(9), prompt]).selecting).toBe(16);
  expect(kindsOf([prompt, ...parts(1)]).selecting).toBe(128);
  expect(kindsOf([{ methods: selecting, phase: 'decode', rows: 20 }]).selecting).toBe(32);
});
