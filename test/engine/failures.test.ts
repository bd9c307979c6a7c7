import { describe, expect, test } from 'vitest';
import { createEngine, WinnowError, type Engine } from '../../src/index.ts';
import { tinyEngine } from '../support/tiny-engine.ts';
import { tinyModel } from '../support/tiny-model.ts';

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
  } catch (error) {
    if (error instanceof WinnowError) return error.code;
    throw error;
  }
  return 'no error';
};

describe('options and inputs', () => {
  test.each([
    [{ model: '' }, 'usage-option'],
    [{ model: new Blob([]), context: 1 }, 'usage-option'],
    [{ model: new Blob([]), kv: 'q3' }, 'usage-option'],
    [{ model: new Blob([]), disable: ['magic'] }, 'usage-option'],
    [{ model: new Blob([]), modle: 'x' }, 'usage-option'],
    [{ model: new Blob([tinyModel().slice(0, 500)]) }, 'gguf-truncated'],
    [{ model: new Blob(['not a model at all, just text']) }, 'gguf-not-gguf'],
    [{ model: new Blob([tinyModel()]), context: 100_000 }, 'usage-option'],
    [{ model: new Blob([tinyModel()]), adapter: 'no such adapter' }, 'no-adapter'],
  ])('createEngine(%o) says %s', async (options, code) => {
    expect(await codeOf(createEngine(options as never))).toBe(code);
  });

  test('calls are refused one by one, and the engine goes on', async () => {
    const engine = await tinyEngine();
    const bad: [() => Promise<unknown>, string][] = [
      [() => engine.generate('').result, 'usage-empty'],
      [() => engine.generate([]).result, 'usage-empty'],
      [() => engine.generate([320]).result, 'usage-ids'],
      [() => engine.generate([-1]).result, 'usage-ids'],
      [() => engine.generate([1.5]).result, 'usage-ids'],
      [() => engine.generate([1], { temperature: -1 }).result, 'usage-option'],
      [() => engine.generate([1], { topP: -0.5 }).result, 'usage-option'],
      [() => engine.generate([1], { maxTokens: 0 }).result, 'usage-option'],
      [() => engine.generate([1], { stop: [''] }).result, 'usage-option'],
      [() => engine.generate([1], { temprature: 1 } as never).result, 'usage-option'],
      [() => engine.score([1, 2], { stirde: 1 } as never), 'usage-option'],
      [() => engine.chat([]).result, 'usage-messages'],
      [() => engine.generate(Array.from({ length: 512 }, () => 1)).result, 'context-overflow'],
      [() => engine.score([]), 'usage-empty'],
      [() => engine.score([1, 2, 999]), 'usage-ids'],
      [() => engine.score([1, 2, 3], { logits: [3] }), 'usage-option'],
      [() => engine.score(Array.from({ length: 600 }, () => 1)), 'context-overflow'],
      [() => engine.score([1, 2, 3], { context: 2, stride: 3 }), 'usage-option'],
    ];
    for (const [call, code] of bad) expect(await codeOf(call()), String(call)).toBe(code);
    expect((await engine.generate([1, 2], { maxTokens: 3, ignoreEos: true }).result).ids.length).toBe(3);
    await engine.dispose();
  });

  test('a full context ends with "length"', async () => {
    const engine = await tinyEngine({}, { context: 40 });
    const result = await engine.generate(
      Array.from({ length: 30 }, () => 7),
      { ignoreEos: true },
    ).result;
    expect(result.finish).toBe('length');
    expect(result.ids.length).toBe(10);
    await engine.dispose();
  });

  test('one answer at a time', async () => {
    const engine = await tinyEngine();
    const conversation = engine.conversation();
    const first = conversation.send('a', { maxTokens: 50, ignoreEos: true });
    expect(await codeOf(conversation.send('b').result)).toBe('usage-busy');
    await first.result;
    await engine.dispose();
  });
});

describe('aborts, disposal and a lost device', () => {
  test('an abort while loading gives everything back', async () => {
    const controller = new AbortController();
    const loading = tinyEngine(
      { layers: 4 },
      { signal: controller.signal, onProgress: ({ stage }) => stage === 'upload' && controller.abort() },
    );
    expect(await codeOf(loading)).toBe('aborted');
  });

  test('disposing while generating ends the stream with an error; nothing is left', async () => {
    const engine = await tinyEngine();
    const generation = engine.generate([1, 2, 3], { maxTokens: 400, ignoreEos: true });
    let seen = 0;
    const code = await codeOf(
      (async () => {
        for await (const _ of generation) if (++seen === 2) void engine.dispose();
      })(),
    );
    expect(code).toBe('usage-disposed');
    expect(await codeOf(engine.generate([1]).result)).toBe('usage-disposed');
    expect(await codeOf(engine.report())).toBe('usage-disposed');
    await engine.dispose();
  });

  test('a device of the caller is used and survives', async () => {
    const adapter = await navigator.gpu.requestAdapter();
    const device = await adapter!.requestDevice();
    const engine = await tinyEngine({}, { device });
    expect((await engine.generate([1, 2], { maxTokens: 4, ignoreEos: true }).result).ids.length).toBe(4);
    await engine.dispose();
    expect(await Promise.race([device.lost, Promise.resolve('alive')])).toBe('alive');
    device.destroy();
  });

  test('a lost device rejects what runs; restore() goes on where it stopped', async () => {
    let device: GPUDevice | undefined;
    const engine = await withDevice((made) => (device = made));
    const conversation = engine.conversation();
    const first = await conversation.send('hello', { maxTokens: 5, temperature: 0, ignoreEos: true }).result;
    const running = conversation.send('more', { maxTokens: 200, ignoreEos: true });
    const iterator = running[Symbol.asyncIterator]();
    await iterator.next();
    device!.destroy();
    expect(await codeOf(running.result)).toBe('device-lost');
    expect(await codeOf(engine.generate([1]).result)).toBe('device-lost');
    await Promise.all([engine.restore(), engine.restore()]);
    expect(conversation.messages.length).toBe(2);
    const again = await conversation.regenerate({ maxTokens: 5, temperature: 0, ignoreEos: true }).result;
    expect(again.ids).toEqual(first.ids);
    await engine.dispose();
  });
});

/** An engine with a device of its own, which the test can destroy as a driver would. */
async function withDevice(onDevice: (device: GPUDevice) => void): Promise<Engine> {
  // oxlint-disable-next-line typescript/unbound-method -- called with its adapter below
  const original = GPUAdapter.prototype.requestDevice;
  GPUAdapter.prototype.requestDevice = async function (...args) {
    const device = await original.apply(this, args);
    onDevice(device);
    return device;
  };
  try {
    return await tinyEngine();
  } finally {
    GPUAdapter.prototype.requestDevice = original;
  }
}
