/** The page's end of the channel: sends calls, matches answers to them, and fails them all when the Worker fails. */

import { abortedError, deserializeError, UsageError } from '../core/errors.ts';
import type { LoadProgress, Message } from '../core/api.ts';
import { type Endpoint, type MessageTarget, openEndpoint } from './endpoint.ts';
import { watchLife } from './life.ts';
import { type Call, type Control, disposed, readResponse, request, type Response, workerFailed } from './protocol.ts';
import { RemoteGeneration } from './remote-generation.ts';

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  /** Gets the conversation's messages whenever the Worker tells them. */
  readonly onHistory?: ((history: readonly Message[]) => void) | undefined;
  /** Told when a generation fails, before it does. */
  readonly onFail?: (() => void) | undefined;
}

interface Pending extends CallOptions {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly generation?: RemoteGeneration;
}

export class Connection {
  readonly #endpoint: Endpoint;
  readonly #pending = new Map<number, Pending>();
  readonly #ended = new AbortController();
  /** Runs until the Worker has said anything. */
  readonly #start: ReturnType<typeof setTimeout>;
  #nextId = 1;
  /** Why nothing can be called any more. */
  #closed: unknown;

  /** `startMs`: how long the Worker's first word is waited for. */
  constructor(target: MessageTarget, startMs = 60_000) {
    const silent = `The Worker has not said a word for ${startMs / 1000} s: it was ended, or its script serves no engine.`;
    this.#start = setTimeout(() => this.close(workerFailed(silent)), startMs);
    this.#endpoint = openEndpoint(target, {
      onMessage: (data) => this.#onMessage(data),
      onUnreadable: () => this.close(workerFailed('A message of the Worker could not be read.')),
      onClose: () => this.close(workerFailed('The channel to the Worker was closed.')),
      onError: (event) => this.close(workerFailed(`The Worker failed: ${reasonOf(event)}.`, event)),
    });
  }

  /** Sends a call; settles with its answer, or rejects at once when the signal fires. */
  async call(body: Call, options: CallOptions = {}): Promise<unknown> {
    const { signal } = options;
    if (signal?.aborted) throw abortedError(signal.reason);
    const id = this.#nextId++;
    let onAbort: (() => void) | undefined;
    try {
      return await new Promise<unknown>((resolve, reject) => {
        this.#send(id, body, { ...options, resolve, reject });
        onAbort = () => {
          this.#control(id, { kind: 'abort' });
          reject(abortedError(signal?.reason));
        };
        signal?.addEventListener('abort', onAbort, { once: true });
      });
    } finally {
      if (onAbort) signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Starts a generation. Failures, also of sending, come out of it. */
  stream(body: () => Call & { kind: 'stream' }, options: CallOptions = {}): RemoteGeneration {
    const { signal } = options;
    const id = this.#nextId++;
    const generation = new RemoteGeneration((control) => this.#control(id, control));
    const onAbort = (): void => generation.abort();
    const ended = (): void => signal?.removeEventListener('abort', onAbort);
    const pending: Pending = {
      ...options,
      generation,
      resolve: (value) => {
        ended();
        // The Worker runs this same package: what it sends as a result is one.
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion
        generation.finish(value as Parameters<RemoteGeneration['finish']>[0]);
      },
      reject: (error) => {
        ended();
        options.onFail?.();
        generation.fail(error);
      },
    };
    try {
      this.#send(id, body(), pending);
      if (signal?.aborted) onAbort();
      else signal?.addEventListener('abort', onAbort, { once: true });
    } catch (error) {
      options.onFail?.();
      generation.fail(error);
    }
    return generation;
  }

  /** Stops listening; everything pending, and every later call, fails with the reason. */
  close(reason: unknown = disposed('engine')): void {
    if (this.#closed !== undefined) return;
    this.#closed = reason;
    clearTimeout(this.#start);
    this.#ended.abort();
    this.#endpoint.close();
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) reject(reason);
  }

  /** @throws whatever closed the connection; UsageError `usage-option` when the body cannot be copied. */
  #send(id: number, body: Call, pending: Pending): void {
    if (this.#closed !== undefined) throw this.#closed;
    try {
      this.#endpoint.send(request(id, body));
    } catch (cause) {
      throw cannotCross(cause);
    }
    this.#pending.set(id, pending);
  }

  #control(id: number, control: Control): void {
    if (this.#pending.has(id)) this.#endpoint.send(request(id, control));
  }

  #onMessage(data: unknown): void {
    const message = readResponse(data);
    if (message === undefined) return;
    clearTimeout(this.#start);
    if ('malformed' in message) this.close(workerFailed('The Worker sent a message that is no answer.'));
    else this.#receive(message);
  }

  #receive(message: Response): void {
    const pending = this.#pending.get(message.id);
    if (!pending) return;
    if ('history' in message && message.history) pending.onHistory?.(message.history);
    switch (message.kind) {
      case 'progress':
        pending.onProgress?.(message.progress);
        break;
      case 'tokens':
        pending.generation?.receive(message.events);
        break;
      case 'history':
        break;
      case 'alive':
        if (message.lock !== undefined)
          void watchLife(message.lock, this.#ended.signal, () => this.close(workerFailed('The Worker was ended.')));
        break;
      case 'result':
        this.#pending.delete(message.id);
        pending.resolve(message.value);
        break;
      case 'error':
        this.#pending.delete(message.id);
        pending.reject(deserializeError(message.error));
        break;
    }
  }
}

const reasonOf = (event: Event): string =>
  'message' in event && typeof event.message === 'string' && event.message !== ''
    ? event.message
    : 'no reason is known';

const cannotCross = (cause: unknown): UsageError =>
  new UsageError({
    code: 'usage-option',
    happened: 'An option or input cannot be sent to a Worker.',
    expected: 'Plain data was expected: texts, numbers, arrays, Blobs.',
    todo: 'Leave out functions and live objects.',
    cause,
  });
