import { expect, test } from 'vitest';
import { openTokenizer, createEngine } from '../../src/node.ts';
import { modelPath } from '../support/model-path.ts';

const used = (): number => {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

test('JavaScript never holds the weights: loading stays below 64 MiB above the tokenizer', async () => {
  await openTokenizer(modelPath());
  let base = 0;
  let peak = 0;
  const engine = await createEngine({
    model: modelPath(),
    context: 256,
    onProgress: ({ stage }) => {
      if (stage === 'upload' && base === 0) base = used();
      peak = Math.max(peak, used());
    },
  });
  await engine.dispose();
  expect(base).toBeGreaterThan(0);
  expect((peak - base) / 2 ** 20).toBeLessThan(64);
});
