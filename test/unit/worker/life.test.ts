import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createWorkerEngine } from '../../../src/worker/client.ts';
import { holdLife, watchLife } from '../../../src/worker/life.ts';
import { response } from '../../../src/worker/protocol.ts';
import { FakeLocks } from '../../support/fake-opfs.ts';

const facts = { model: { name: 'x', context: 1, vocab: 1, hasChatTemplate: false } };
const ports: MessagePort[] = [];
let locks: FakeLocks;
beforeEach(() => {
  locks = new FakeLocks();
  vi.stubGlobal('navigator', { locks });
});
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A Worker that answers `create`, and after that nothing; `end` ends its thread, as the browser tells. */
function silentWorker(lock: string | undefined): {
  readonly page: MessagePort;
  readonly worker: MessagePort;
  readonly end: () => void;
} {
  const { port1: page, port2: worker } = new MessageChannel();
  ports.push(page, worker);
  let end = (): void => {};
  if (lock !== undefined) void locks.request(lock, () => new Promise<void>((resolve) => (end = resolve)));
  worker.addEventListener('message', ({ data }: MessageEvent<{ id: number; kind: string }>) => {
    if (data.kind !== 'create') return;
    // oxlint-disable unicorn/require-post-message-target-origin -- ports have none
    worker.postMessage(response(data.id, { kind: 'alive', lock }));
    worker.postMessage(response(data.id, { kind: 'result', value: facts }));
    // oxlint-enable unicorn/require-post-message-target-origin
  });
  worker.start();
  return { page, worker, end: () => end() };
}

describe('a Worker that is gone', () => {
  it('fails all that waits, and what comes later; dispose() settles', async () => {
    const { page, end } = silentWorker('life');
    const engine = await createWorkerEngine({ model: 'x', worker: page });
    const generation = engine.generate([1]);
    const report = engine.report();
    await Promise.resolve();
    end();
    const gone = { code: 'worker-failed', message: expect.stringContaining('The Worker was ended') };
    await expect(generation.result).rejects.toMatchObject(gone);
    await expect(report).rejects.toMatchObject(gone);
    await expect(engine.report()).rejects.toMatchObject(gone);
    await expect(engine.dispose()).resolves.toBeUndefined();
  });

  it('is told by a channel that closes', async () => {
    const { page, worker } = silentWorker(undefined);
    const engine = await createWorkerEngine({ model: 'x', worker: page });
    const report = engine.report();
    worker.close();
    await expect(report).rejects.toMatchObject({ code: 'worker-failed' });
  });

  it('that never says a word fails the load', async () => {
    vi.useFakeTimers();
    const { port1, port2 } = new MessageChannel();
    ports.push(port1, port2);
    const creating = createWorkerEngine({ model: 'x', worker: port1 });
    const failed = expect(creating).rejects.toMatchObject({
      code: 'worker-failed',
      message: expect.stringMatching(/not said a word for 60 s/),
    });
    await vi.advanceTimersByTimeAsync(60_000);
    await failed;
  });

  it('that answers nothing to dispose() does not keep it from settling', async () => {
    const { page } = silentWorker(undefined);
    const engine = await createWorkerEngine({ model: 'x', worker: page });
    vi.useFakeTimers();
    const disposing = engine.dispose();
    await vi.advanceTimersByTimeAsync(30_000);
    await expect(disposing).resolves.toBeUndefined();
  });
});

describe('the sign of life', () => {
  it('is one lock for a thread, held for ever', async () => {
    const name = await holdLife();
    expect(name).toMatch(/^winnow-worker\//);
    expect(await holdLife()).toBe(name);
    expect((await locks.query()).held).toEqual([{ name }]);
  });

  it('that another origin holds is not taken for a free one', async () => {
    const ended = vi.fn();
    await watchLife('unseen', new AbortController().signal, ended);
    expect(ended).not.toHaveBeenCalled();
  });
});
