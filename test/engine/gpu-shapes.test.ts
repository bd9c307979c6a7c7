import { expect, test } from 'vitest';
import { createRuntime } from '../../src/engine/runtime.ts';
import { score } from '../../src/engine/measure/score.ts';
import { readNetwork } from '../../src/models/read-network.ts';
import { bytesSource } from '../../src/weights/byte-source.ts';
import { parseGguf } from '../../src/weights/gguf.ts';
import { loadReference, referenceForward } from '../reference/transformer.ts';
import { disguised } from '../support/disguised-gpu.ts';
import { tinyModel } from '../support/tiny-model.ts';

test('the kernel shapes of GPUs give the logits of the float64 forward pass', async () => {
  const bytes = tinyModel({ seed: 81, types: { rest: 'Q4_1', embed: 'Q8_0' } });
  const source = bytesSource(bytes);
  const gguf = await parseGguf(source);
  const runtime = await createRuntime({
    request: { provider: disguised(navigator.gpu) },
    source,
    gguf,
    graph: readNetwork(gguf),
    context: 256,
    kv: 'f16',
    autotune: false,
    onProgress: () => {},
  });
  expect(runtime.gpu.software).toBe(false);
  const ids = Array.from({ length: 65 }, (_, i) => (i * 29 + 3) % 320);
  const reference = referenceForward(await loadReference(bytes), ids, { halfCache: true });
  const { logits } = await score(runtime, ids, { logits: [0, 31, 63, 64], top: 320 });
  for (const { position, top } of logits)
    for (const [id, logit] of top) expect(Math.abs(logit - reference[position]![id]!)).toBeLessThan(5e-3);
  expect(runtime.gpu.pipelines.keys.some((key) => key.includes('linear/tile'))).toBe(true);
  await runtime.scheduler.close(new Error('done'));
  runtime.gpu.dispose();
});
