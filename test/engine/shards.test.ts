import { expect, test } from 'vitest';
import { createRuntime } from '../../src/engine/runtime.ts';
import { score } from '../../src/engine/measure/score.ts';
import { readNetwork } from '../../src/models/read-network.ts';
import { bytesSource } from '../../src/weights/byte-source.ts';
import { parseGguf } from '../../src/weights/gguf.ts';
import { loadReference, referenceForward } from '../reference/transformer.ts';
import { tinyEngine } from '../support/tiny-engine.ts';
import { tinyModel } from '../support/tiny-model.ts';

test('an embedding and head above the binding limit are row shards that give the same logits', async () => {
  const options = { vocab: 330, ffn: 64, seed: 71 };
  const bytes = tinyModel(options);
  const source = bytesSource(bytes);
  const gguf = await parseGguf(source);
  const runtime = await createRuntime({
    request: { provider: navigator.gpu },
    source,
    gguf,
    graph: readNetwork(gguf),
    context: 256,
    kv: 'f32',
    onProgress: () => {},
    // 128 rows of 64 floats: the 330 ids are three shards, the last one short.
    bindingLimit: 128 * 64 * 4,
  });
  const shards = [...runtime.weights.matrices.values()].flat().filter(({ role }) => role === 'lm-head');
  expect(shards.map(({ firstRow, matrix }) => [firstRow, matrix.outputs])).toEqual([
    [0, 128],
    [128, 128],
    [256, 74],
  ]);
  expect(runtime.fallbacks.join()).toMatch(/3 row shards/);
  const ids = [3, 127, 128, 255, 256, 329, 7];
  const reference = referenceForward(await loadReference(bytes), ids);
  const { logits } = await score(runtime, ids, { logits: [0, 3, 5, 6], top: 330 });
  for (const { position, top } of logits) {
    expect(top.length).toBe(330);
    for (const [id, logit] of top) expect(Math.abs(logit - reference[position]![id]!)).toBeLessThan(2e-4);
  }
  await runtime.scheduler.close(new Error('done'));
  runtime.gpu.dispose();
});

test('a layer that no binding can hold is refused with the numbers, before its weights are read', async () => {
  const file = bytesSource(tinyModel({ seed: 72 }));
  const gguf = await parseGguf(file);
  const reads: number[] = [];
  const source = { ...file, read: (offset: number, length: number) => (reads.push(length), file.read(offset, length)) };
  const loading = createRuntime({
    request: { provider: navigator.gpu },
    source,
    gguf,
    graph: readNetwork(gguf),
    context: 256,
    kv: 'f32',
    onProgress: () => {},
    bindingLimit: 20_000,
  });
  await expect(loading).rejects.toMatchObject({
    code: 'out-of-memory',
    message: /\d+ bytes in one binding.*at most 20000 bytes/,
  });
  expect(reads).toEqual([]);
});

test('two engines on one page do not know of each other', async () => {
  const [a, b] = await Promise.all([tinyEngine({ seed: 1, tied: false }), tinyEngine({ seed: 2, tied: false })]);
  const options = { maxTokens: 8, ignoreEos: true } as const;
  const alone = [await a.generate([1, 2], options).result, await b.generate([1, 2], options).result];
  const together = await Promise.all([a.generate([1, 2], options).result, b.generate([1, 2], options).result]);
  expect(together.map(({ ids }) => ids)).toEqual(alone.map(({ ids }) => ids));
  await a.dispose();
  expect((await b.generate([1, 2], options).result).ids).toEqual(alone[1]!.ids);
  await b.dispose();
});
