import { afterEach, describe, expect, it, vi } from 'vitest';
import { choice, tokenMask } from '../../../src/constraints/index.ts';
import { AbortedError, UsageError, WinnowError } from '../../../src/core/errors.ts';
import type { Engine, EngineOptions, Generation, LoadProgress } from '../../../src/core/api.ts';
import { createWorkerEngine } from '../../../src/worker/client.ts';
import { serveEngine } from '../../../src/worker/host.ts';
import { WINDOW } from '../../../src/worker/protocol.ts';
import { abortedSignal } from '../../support/aborted.ts';
import { fakeEngine, fakeReport, gate, newLog, type FakeLog } from './fake-engine.ts';

const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

interface Served {
  readonly page: MessagePort;
  readonly worker: MessagePort;
  readonly log: FakeLog;
  /** Messages that came to the page, by kind. */
  readonly kinds: string[];
}

function serve(create?: (options: EngineOptions) => Promise<Engine>): Served {
  const { port1: page, port2: worker } = new MessageChannel();
  ports.push(page, worker);
  const log = newLog();
  const kinds: string[] = [];
  serveEngine(worker, create ?? (async () => fakeEngine(log)));
  page.addEventListener('message', ({ data }: MessageEvent<{ kind: string }>) => kinds.push(data.kind));
  return { page, worker, log, kinds };
}

const connect = async (served: Served): Promise<Engine> => createWorkerEngine({ model: 'x', worker: served.page });

async function read(generation: Generation): Promise<string> {
  let text = '';
  for await (const event of generation) text += event.text;
  return text;
}

const failure = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.unreachable(),
    (error: unknown) => error,
  );
/** Long enough for messages that are on their way to arrive. */
const settle = async (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30));

describe('an engine over a channel', () => {
  it('answers as the engine does', async () => {
    const engine = await connect(serve());
    expect(engine.model).toEqual({ name: 'fake', context: 64, vocab: 10, hasChatTemplate: true });
    expect(await engine.tokenizer.encode('abc')).toEqual([0, 1, 2]);
    expect(await engine.tokenizer.encode('ab', { special: true })).toEqual([-0, -1]);
    expect(await engine.tokenizer.decode([1, 2])).toBe('1,2');
    expect(await engine.tokenizer.applyChatTemplate([{ role: 'user', content: 'Hi' }])).toEqual({
      ids: [1],
      rendered: 'Hi+',
    });
    expect(await engine.score([1, 2, 3], { top: 7 })).toMatchObject({ tokens: 3, nll: 0.5, logits: [{ position: 2 }] });
    expect(await engine.embed(['text', [1, 2]], { normalize: false })).toMatchObject({ embeddings: [[4], [2]] });
    expect(await engine.report()).toEqual(fakeReport());
  });

  it('hands over the options and the file, and tells progress', async () => {
    let seen: EngineOptions | undefined;
    const served = serve(async (options) => {
      seen = options;
      options.onProgress?.({ stage: 'download', loadedBytes: 1, totalBytes: 2 });
      return fakeEngine(newLog());
    });
    const progress: LoadProgress[] = [];
    const model = new Blob(['GGUF']);
    await createWorkerEngine({
      model,
      worker: served.page,
      context: 128,
      kv: 'f32',
      disable: ['subgroups'],
      onProgress: (p) => progress.push(p),
    });
    expect(seen).toMatchObject({ context: 128, kv: 'f32', disable: ['subgroups'] });
    expect(seen?.model).toBeInstanceOf(Blob);
    expect(progress).toEqual([{ stage: 'download', loadedBytes: 1, totalBytes: 2 }]);
  });

  it('sends a URL as text', async () => {
    let model: unknown;
    const served = serve(async (options) => {
      model = options.model;
      return fakeEngine(newLog());
    });
    await createWorkerEngine({ model: new URL('https://example.org/a.gguf'), worker: served.page });
    expect(model).toBe('https://example.org/a.gguf');
  });

  it('keeps class and code of errors', async () => {
    const engine = await connect(serve());
    const known = await failure(engine.tokenizer.decode([99]));
    expect(known).toBeInstanceOf(UsageError);
    expect(known).toMatchObject({ code: 'usage-ids', happened: 'An id is 99.' });
    const unknown = await failure(engine.restore());
    expect(unknown).toBeInstanceOf(WinnowError);
    expect(unknown).toMatchObject({ code: 'internal', happened: 'TypeError: no such device' });
  });

  it('fails as creating the engine fails', async () => {
    const error = new UsageError({ code: 'usage-option', happened: 'No.', expected: 'Yes.', todo: 'Do.' });
    expect(await failure(connect(serve(() => Promise.reject(error))))).toMatchObject({
      code: 'usage-option',
      happened: 'No.',
    });
  });

  it('refuses wrong types with a code, where a signal is read before anything crosses', async () => {
    const wrong = (value: unknown): never => value as never;
    const usage = { code: 'usage-option' };
    for (const value of [null, 5, 'x']) {
      // oxlint-disable no-await-in-loop
      expect(await failure(createWorkerEngine(wrong(value)))).toMatchObject(usage);
      const engine = await connect(serve());
      expect(await failure(engine.generate('a', wrong(value)).result)).toMatchObject(usage);
      expect(await failure(read(engine.generate('a', { signal: wrong(value) })))).toMatchObject(usage);
      expect(await failure(engine.score([1, 2], wrong(value)))).toMatchObject(usage);
      expect(() => engine.conversation(wrong(value))).toThrow('usage-option');
      expect(await failure(engine.conversation().send('a', wrong(value)).result)).toMatchObject(usage);
      // oxlint-enable no-await-in-loop
    }
  });

  it('refuses what cannot cross', async () => {
    const served = serve();
    // A stand-in: only whether there is one matters.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const device = {} as GPUDevice;
    expect(await failure(createWorkerEngine({ model: 'x', device, worker: served.page }))).toMatchObject({
      code: 'usage-option',
    });
    const engine = await connect(served);
    const stop = [() => 'x'];
    // @ts-expect-error -- a caller without types
    const generation = engine.generate('a', { stop });
    expect(await failure(read(generation))).toMatchObject({ code: 'usage-option' });
    expect(await failure(generation.result)).toMatchObject({ code: 'usage-option' });
  });

  it('sends a constraint as its spec, and refuses one that has none', async () => {
    const served = serve();
    const engine = await connect(served);
    await read(engine.generate('a', { constraint: choice(['x', 'y']), maxTokens: 1 }));
    await read(engine.conversation({ constraint: choice(['z']) }).chat([{ role: 'user', content: 'a' }]));
    expect(served.log.optionsSeen.map(({ constraint }) => constraint)).toEqual([
      { name: 'choice', value: ['x', 'y'] },
      { name: 'choice', value: ['z'] },
    ]);
    const refused = engine.generate('a', { constraint: tokenMask(() => undefined) });
    expect(await failure(refused.result)).toMatchObject({ code: 'usage-option' });
  });

  it('serves one engine at a time, and another after it', async () => {
    const served = serve();
    const engine = await connect(served);
    expect(await failure(connect(served))).toMatchObject({ code: 'usage-busy' });
    await engine.dispose();
    await expect(connect(served)).resolves.toBeDefined();
  });

  it('answers requests that are none with an error, and ignores messages of others', async () => {
    const served = serve();
    const engine = await connect(served);
    served.kinds.length = 0;
    const messages = [
      'hello',
      { id: 5, kind: 'encode' },
      { mark: 'winnow', id: 1000, kind: 'close', conversation: 'a' },
      { mark: 'winnow', id: 1001, kind: 'constructor' },
    ];
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- ports have none
    for (const message of messages) served.page.postMessage(message);
    await settle();
    expect(served.kinds).toEqual(['error', 'error']);
    expect(await engine.tokenizer.encode('a')).toEqual([0]);
  });
});

describe('a generation over a channel', () => {
  it('streams tokens in order and then the result', async () => {
    const { page, kinds } = serve();
    const engine = await createWorkerEngine({ model: 'x', worker: page });
    const generation = engine.generate('a', { maxTokens: 500 });
    const ids: number[] = [];
    for await (const { id } of generation) ids.push(id);
    expect(ids).toEqual(Array.from({ length: 500 }, (_, i) => i));
    expect(await generation.result).toMatchObject({ finish: 'length', ids, seed: 3 });
    expect(kinds.filter((kind) => kind === 'tokens').length).toBeLessThan(100);
    expect(kinds.at(-1)).toBe('result');
  });

  it('passes ids, messages and settings', async () => {
    const { page, log } = serve();
    const engine = await createWorkerEngine({ model: 'x', worker: page });
    expect(await read(engine.generate([4, 5], { maxTokens: 1, seed: 9, stop: ['x'] }))).toBe('4+50 ');
    expect(await read(engine.chat([{ role: 'user', content: 'Hi' }], { maxTokens: 1 }))).toBe('chat:Hi0 ');
    expect(log.optionsSeen[0]).toMatchObject({ maxTokens: 1, seed: 9, stop: ['x'] });
  });

  it('keeps interleaved streams apart', async () => {
    const engine = await connect(serve());
    const texts = await Promise.all(['a', 'b', 'c'].map((prompt) => read(engine.generate(prompt, { maxTokens: 100 }))));
    for (const [i, prompt] of ['a', 'b', 'c'].entries()) {
      expect(texts[i]).toBe(Array.from({ length: 100 }, (_, id) => `${prompt}${id} `).join(''));
    }
  });

  it('fails after the tokens that came before, in its iterator and in its result', async () => {
    const engine = await connect(serve());
    const generation = engine.generate('fail');
    const seen: number[] = [];
    const error = await failure(
      (async () => {
        for await (const { id } of generation) seen.push(id);
      })(),
    );
    expect(seen).toEqual([0, 1]);
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({ code: 'usage-empty' });
    expect(await failure(generation.result)).toBe(error);
    expect(await engine.tokenizer.encode('a')).toEqual([0]);
  });

  it('ends at once at the signal, though the engine takes its time', async () => {
    const { page, log } = serve();
    const engine = await createWorkerEngine({ model: 'x', worker: page });
    const stuck = gate();
    log.beforeToken = () => (log.produced < 2 ? Promise.resolve() : stuck.opened);
    const controller = new AbortController();
    const generation = engine.generate('a', { signal: controller.signal });
    const reading = read(generation);
    await vi.waitUntil(() => log.produced === 2);
    await settle();
    controller.abort();
    expect(await reading).toBe('a0 a1 ');
    await settle();
    stuck.open();
    expect(await generation.result).toMatchObject({ finish: 'abort', ids: [0, 1] });
  });

  it('does not begin to be read when the signal has fired before', async () => {
    const engine = await connect(serve());
    const generation = engine.generate('a', { signal: abortedSignal(), maxTokens: 1000 });
    expect(await read(generation)).toBe('');
    expect(await generation.result).toMatchObject({ finish: 'abort' });
  });

  it('ends when its reader leaves', async () => {
    const { page, log } = serve();
    const engine = await createWorkerEngine({ model: 'x', worker: page });
    const generation = engine.generate('a', { maxTokens: 100_000 });
    for await (const { id } of generation) if (id === 3) break;
    expect(await generation.result).toMatchObject({ finish: 'abort' });
    expect(log.produced).toBeLessThan(1000);
    expect(await read(generation)).toBe('');
  });

  it('waits for a slow reader', async () => {
    const { page, log } = serve();
    const engine = await createWorkerEngine({ model: 'x', worker: page });
    const iterator = engine.generate('a', { maxTokens: 1000 })[Symbol.asyncIterator]();
    await iterator.next();
    await settle();
    expect(log.produced).toBe(WINDOW);
    for (let i = 0; i < WINDOW; i++) await iterator.next();
    await settle();
    expect(log.produced).toBe(2 * WINDOW);
    await iterator.return?.();
  });

  it('waits for nobody when only the result is wanted', async () => {
    const engine = await connect(serve());
    expect(await engine.generate('a', { maxTokens: 1000 }).result).toMatchObject({ finish: 'length' });
  });
});

describe('a conversation over a channel', () => {
  it('keeps its messages', async () => {
    const engine = await connect(serve());
    const conversation = engine.conversation({ system: 'Be brief.' });
    expect(conversation.messages).toEqual([{ role: 'system', content: 'Be brief.' }]);
    const answer = conversation.send('Hi', { maxTokens: 1 });
    expect(conversation.messages.at(-1)).toEqual({ role: 'user', content: 'Hi' });
    await read(answer);
    expect(conversation.messages).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hi0 ' },
    ]);
    await conversation.regenerate({ maxTokens: 2 }).result;
    expect(conversation.messages.at(-1)).toEqual({ role: 'assistant', content: 'Hi0 Hi1 ' });
    await conversation.chat([{ role: 'user', content: 'New' }], { maxTokens: 1 }).result;
    expect(conversation.messages).toHaveLength(2);
    expect(await read(conversation.generate('raw', { maxTokens: 1 }))).toBe('raw0 ');
  });

  it('keeps its messages as they were where a call is refused, on whichever side', async () => {
    const engine = await connect(serve());
    const conversation = engine.conversation({ system: 'Be brief.' });
    const before = conversation.messages;
    const calls: (() => Generation)[] = [
      // @ts-expect-error -- a caller without types
      () => conversation.chat(),
      // @ts-expect-error -- a caller without types
      () => conversation.send('Hi', { stop: [() => 'x'] }),
      // @ts-expect-error -- a caller without types
      () => conversation.send('Hi', { signal: 5 }),
    ];
    for (const call of calls) {
      await failure(call().result);
      expect(conversation.messages).toEqual(before);
    }
    await conversation.dispose();
    expect(await failure(conversation.send('Hi').result)).toMatchObject({ code: 'usage-disposed' });
    expect(conversation.messages).toEqual(before);
  });

  it('takes proxies of messages and ids, as pages keep their state in', async () => {
    const engine = await connect(serve());
    const messages = new Proxy([new Proxy({ role: 'user', content: 'Hi' } as const, {})], {});
    const conversation = engine.conversation();
    expect(await read(conversation.chat(messages, { maxTokens: 1 }))).toBe('Hi0 ');
    expect(await read(engine.chat(messages, { maxTokens: 1 }))).toBe('chat:Hi0 ');
    expect(await read(engine.generate(new Proxy([4, 5], {}), { maxTokens: 1 }))).toBe('4+50 ');
    expect((await engine.tokenizer.applyChatTemplate(messages)).rendered).toBe('Hi+');
  });

  it('tells at its first use why it could not be opened', async () => {
    const engine = await connect(serve());
    const conversation = engine.conversation({ system: 'refused' });
    expect(await failure(conversation.send('Hi').result)).toMatchObject({ code: 'usage-option', happened: 'Refused.' });
  });

  it('is over after its dispose', async () => {
    const { page, log } = serve();
    const engine = await createWorkerEngine({ model: 'x', worker: page });
    const conversation = engine.conversation();
    await conversation.dispose();
    await conversation.dispose();
    expect(log.disposed).toBe(1);
    expect(await failure(conversation.send('Hi').result)).toMatchObject({ code: 'usage-disposed' });
  });
});

describe('aborting other calls', () => {
  it('rejects a score at once', async () => {
    const { page, log } = serve();
    const engine = await createWorkerEngine({ model: 'x', worker: page });
    const stuck = gate();
    log.beforeToken = () => stuck.opened;
    const controller = new AbortController();
    const score = engine.score([1], { signal: controller.signal });
    controller.abort();
    expect(await failure(score)).toBeInstanceOf(AbortedError);
    stuck.open();
    expect(await engine.tokenizer.encode('a')).toEqual([0]);
  });

  it('rejects a load at once, and disposes an engine that came all the same', async () => {
    const log = newLog();
    const late = gate();
    const served = serve(async () => {
      await late.opened;
      return fakeEngine(log);
    });
    const controller = new AbortController();
    const loading = createWorkerEngine({ model: 'x', worker: served.page, signal: controller.signal });
    await settle();
    controller.abort();
    expect(await failure(loading)).toBeInstanceOf(AbortedError);
    await settle();
    late.open();
    await vi.waitUntil(() => log.disposed === 1);
  });
});

describe('the end', () => {
  it('ends what runs, and refuses later calls', async () => {
    const { page, log } = serve();
    const engine = await createWorkerEngine({ model: 'x', worker: page });
    const generation = engine.generate('a', { maxTokens: 100_000 });
    const reading = read(generation);
    await vi.waitUntil(() => log.produced > 0);
    await engine.dispose();
    await engine.dispose();
    expect(log.disposed).toBe(1);
    await reading;
    expect(await generation.result).toMatchObject({ finish: 'abort' });
    expect(await failure(engine.report())).toMatchObject({ code: 'usage-disposed' });
    expect(await failure(engine.generate('a').result)).toMatchObject({ code: 'usage-disposed' });
  });

  it.each([
    [
      'fails',
      (page: MessagePort) => page.dispatchEvent(Object.assign(new Event('error'), { message: 'out of luck' })),
      'out of luck',
    ],
    [
      'sends what cannot be read',
      (page: MessagePort) => page.dispatchEvent(new Event('messageerror')),
      'could not be read',
    ],
    [
      'sends what is no answer',
      (page: MessagePort) => page.dispatchEvent(new MessageEvent('message', { data: { mark: 'winnow', id: 1 } })),
      'no answer',
    ],
  ])('rejects everything when the Worker %s', async (_, fail, words) => {
    const { page, log } = serve();
    const engine = await createWorkerEngine({ model: 'x', worker: page });
    log.beforeToken = () => gate().opened;
    const generation = engine.generate('a');
    const reading = read(generation);
    const score = engine.score([1]);
    fail(page);
    for (const promise of [reading, generation.result, score, engine.report()]) {
      const error = await failure(promise);
      expect(error).toMatchObject({ code: 'worker-failed' });
      expect(String(error)).toContain(words);
    }
    await engine.dispose();
  });

  it('says so when there are no Workers', async () => {
    expect(await failure(createWorkerEngine({ model: 'x' }))).toMatchObject({ code: 'worker-failed' });
  });
});
