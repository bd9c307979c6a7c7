/** The Worker's side: runs an engine for whoever is at the other end of the channel. */

import { abortedError, serializeError, UsageError } from '../core/errors.ts';
import type { Conversation, Engine, EngineOptions, MemoryView } from '../core/api.ts';
import { HostStream, startGeneration } from './host-stream.ts';
import { openEndpoint, type MessageTarget } from './endpoint.ts';
import { holdLife } from './life.ts';
import {
  type Answer,
  type Call,
  disposed,
  type EngineFacts,
  readRequest,
  type Request,
  response,
  workerFailed,
} from './protocol.ts';

export type CreateEngine = (options: EngineOptions) => Promise<Engine>;

/**
 * Serves one engine at a time over the channel, until the returned function is called.
 * Every failure is answered to the request that caused it; nothing is thrown here.
 */
export function serveEngine(scope: MessageTarget, createEngine: CreateEngine): () => void {
  const host = new Host(createEngine, (answerTo, answer) => endpoint.send(response(answerTo, answer)));
  const endpoint = openEndpoint(scope, {
    onMessage: (data) => host.receive(data),
    onUnreadable: () => undefined, // It names no request; the page gets an event of its own.
    onClose: () => undefined, // Nobody is left to be told.
    onError: () => undefined, // Errors of the Worker's other code are told to the page by the browser.
  });
  return endpoint.close;
}

class Host {
  readonly #createEngine: CreateEngine;
  readonly #send: (answerTo: number, answer: Answer) => void;
  /** Undefined before `create` and after `dispose`; a promise while one is being made. */
  #engine: Promise<Engine> | undefined;
  /** Open conversations; or why one could not be opened, told to whoever uses it. */
  readonly #conversations = new Map<number, Conversation | { readonly failure: unknown }>();
  readonly #aborts = new Map<number, AbortController>();
  readonly #streams = new Map<number, HostStream>();
  readonly #running = new Set<Promise<void>>();

  constructor(createEngine: CreateEngine, send: (answerTo: number, answer: Answer) => void) {
    this.#createEngine = createEngine;
    this.#send = send;
  }

  receive(data: unknown): void {
    const message = readRequest(data);
    if (message === undefined) return;
    if ('malformed' in message) {
      const error = serializeError(workerFailed('The Worker got a message that is no request.'));
      if (message.id !== undefined) this.#send(message.id, { kind: 'error', error });
      return;
    }
    if (message.kind === 'abort') {
      this.#aborts.get(message.id)?.abort();
    } else if (message.kind === 'more') {
      this.#streams.get(message.id)?.allow(message.count);
    } else {
      const run = this.#answer(message);
      // The engine's end waits for all others, not for itself.
      if (message.kind === 'dispose') return;
      this.#running.add(run);
      void run.finally(() => this.#running.delete(run));
    }
  }

  async #answer(call: Request & Call): Promise<void> {
    const abort = new AbortController();
    this.#aborts.set(call.id, abort);
    try {
      const value = await this.#run(call, abort.signal);
      this.#post(call, 'result', value);
    } catch (error) {
      this.#post(call, 'error', error);
    } finally {
      this.#aborts.delete(call.id);
      this.#streams.delete(call.id);
    }
  }

  #post(call: Request & Call, kind: 'result' | 'error', value: unknown): void {
    const history = 'conversation' in call ? this.#history(call.conversation) : undefined;
    const rest = history && { history };
    const answer = kind === 'result' ? { kind, value, ...rest } : { kind, error: serializeError(value), ...rest };
    this.#send(call.id, answer);
  }

  #run(call: Request & Call, signal: AbortSignal): Promise<unknown> {
    switch (call.kind) {
      case 'create':
        return this.#create(call.id, call.options, signal);
      case 'encode':
        return this.#with((engine) => engine.tokenizer.encode(call.text, call.options));
      case 'decode':
        return this.#with((engine) => engine.tokenizer.decode(call.ids, call.options));
      case 'template':
        return this.#with((engine) => engine.tokenizer.applyChatTemplate(call.messages, call.options));
      case 'score':
        return this.#with((engine) => engine.score(call.ids, { ...call.options, signal }));
      case 'embed':
        return this.#with((engine) => engine.embed(call.inputs, { ...call.options, signal }));
      case 'report':
        return this.#with((engine) => engine.report());
      case 'restore':
        return this.#with((engine) => engine.restore());
      case 'dispose':
        return this.#dispose();
      case 'open':
        return this.#open(call.conversation, call.options);
      case 'close':
        return this.#close(call.conversation);
      case 'memory':
        return this.#memory(call.conversation);
      case 'stream':
        break;
    }
    return this.#stream(call, signal);
  }

  async #with<T>(use: (engine: Engine) => T | Promise<T>): Promise<T> {
    if (this.#engine === undefined) throw disposed('engine');
    return use(await this.#engine);
  }

  async #create(id: number, options: object, signal: AbortSignal): Promise<unknown> {
    void holdLife().then((lock) => this.#send(id, { kind: 'alive', lock }));
    if (this.#engine !== undefined) {
      throw new UsageError({
        code: 'usage-busy',
        happened: 'This Worker already runs an engine.',
        expected: 'One engine for each Worker was expected.',
        todo: 'Dispose the engine, or use another Worker.',
      });
    }
    const making = this.#createEngine({
      // The engine checks its options itself; across the channel they have no type.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      ...(options as EngineOptions),
      signal,
      onProgress: (progress) => this.#send(id, { kind: 'progress', progress }),
    });
    this.#engine = making;
    try {
      const engine = await making;
      if (signal.aborted) {
        await engine.dispose();
        throw abortedError();
      }
      const { name, context, vocab, hasChatTemplate } = engine.model;
      return { model: { name, context, vocab, hasChatTemplate } } satisfies EngineFacts;
    } catch (error) {
      this.#engine = undefined;
      throw error;
    }
  }

  async #dispose(): Promise<void> {
    const engine = this.#engine;
    this.#engine = undefined;
    for (const abort of this.#aborts.values()) abort.abort();
    try {
      await (await engine)?.dispose();
    } finally {
      await Promise.allSettled(this.#running);
      this.#conversations.clear();
    }
  }

  async #open(conversation: number, options: object): Promise<void> {
    try {
      await this.#with((engine) => this.#conversations.set(conversation, engine.conversation(options)));
    } catch (failure) {
      this.#conversations.set(conversation, { failure });
      throw failure;
    }
  }

  async #close(id: number): Promise<void> {
    const conversation = this.#conversations.get(id);
    this.#conversations.delete(id);
    if (conversation && !('failure' in conversation)) await conversation.dispose();
  }

  async #memory(id: number): Promise<MemoryView> {
    return this.#with(() => this.#opened(id).memory());
  }

  /** @throws why the conversation could not be opened, or that it was disposed */
  #opened(id: number): Conversation {
    const conversation = this.#conversations.get(id);
    if (conversation === undefined) throw disposed('conversation');
    if ('failure' in conversation) throw conversation.failure;
    return conversation;
  }

  #history(id: number | undefined): Conversation['messages'] | undefined {
    const conversation = id === undefined ? undefined : this.#conversations.get(id);
    return conversation && !('failure' in conversation)
      ? conversation.messages.map((message) => ({ ...message }))
      : undefined;
  }

  async #stream(call: Request & { kind: 'stream' }, signal: AbortSignal): Promise<unknown> {
    const stream = new HostStream((events) => this.#send(call.id, { kind: 'tokens', events }), signal);
    this.#streams.set(call.id, stream);
    const generation = await this.#with((engine) => {
      if (call.conversation === undefined) return startGeneration(engine, call, signal);
      return startGeneration(this.#opened(call.conversation), call, signal);
    });
    const history = this.#history(call.conversation);
    if (history) this.#send(call.id, { kind: 'history', history });
    return stream.pump(generation);
  }
}
