import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { openTokenizer, createEngine } from '../../src/node.ts';
import { modelPath } from '../support/model-path.ts';

const LIMIT = 64 * 2 ** 20;

const used = (): number => {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

test('JavaScript never holds the weights: loading stays below 64 MiB above the tokenizer', async () => {
  await openTokenizer(modelPath());
  collect();
  let base = 0;
  let peak = 0;
  const engine = await createEngine({
    model: modelPath(),
    context: 256,
    onProgress: ({ stage }) => {
      if (stage === 'upload' && base === 0) base = used();
      // What is only waiting for the collector is not held.
      if (base > 0 && used() - base > LIMIT) collect();
      peak = Math.max(peak, used());
    },
  });
  await engine.dispose();
  expect(base).toBeGreaterThan(0);
  expect(peak - base).toBeLessThan(LIMIT);
});
