import { expect, test } from 'vitest';
import { createRuntime } from '../../src/engine/runtime.ts';
import { readNetwork } from '../../src/models/read-network.ts';
import { bytesSource } from '../../src/weights/byte-source.ts';
import { parseGguf } from '../../src/weights/gguf.ts';
import { tinyEngine } from '../support/tiny-engine.ts';
import { tinyModel } from '../support/tiny-model.ts';

test('conversations come and go without a buffer left behind', async () => {
  const engine = await tinyEngine({ contextLength: 1024 }, { context: 1024 });
  const round = async (): Promise<void> => {
    const conversation = engine.conversation();
    await conversation.generate([1, 2, 3], { maxTokens: 3, ignoreEos: true }).result;
    await conversation.generate([1, 2, 3, 4], { maxTokens: 90, ignoreEos: true }).result;
    await engine.score([1, 2, 3, 4], { logits: [-1] });
    await conversation.dispose();
  };
  await round();
  const before = await engine.report();
  for (let i = 0; i < 10; i++) await round();
  const after = await engine.report();
  expect(after.buffers).toBe(before.buffers);
  expect(after.bytes.total).toBe(before.bytes.total);
  expect(after.cache.slotsUsed).toBe(0);
  await engine.dispose();
});

test('disposal destroys every buffer that was made', async () => {
  const source = bytesSource(tinyModel());
  const gguf = await parseGguf(source);
  const alive = new Set<GPUBuffer>();
  // oxlint-disable typescript/unbound-method -- both are called with their object below
  const create = GPUDevice.prototype.createBuffer;
  const destroy = GPUBuffer.prototype.destroy;
  // oxlint-enable typescript/unbound-method
  GPUDevice.prototype.createBuffer = function (descriptor) {
    const buffer = create.call(this, descriptor);
    alive.add(buffer);
    return buffer;
  };
  GPUBuffer.prototype.destroy = function () {
    alive.delete(this);
    return destroy.call(this);
  };
  try {
    const runtime = await createRuntime({
      request: { provider: navigator.gpu },
      source,
      gguf,
      graph: readNetwork(gguf),
      context: 256,
      kv: 'f16',
      onProgress: () => {},
    });
    expect(alive.size).toBeGreaterThan(10);
    await runtime.scheduler.close(new Error('done'));
    runtime.gpu.dispose();
    expect(alive.size).toBe(0);
  } finally {
    GPUDevice.prototype.createBuffer = create;
    GPUBuffer.prototype.destroy = destroy;
  }
});
