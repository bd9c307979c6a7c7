/** One generation in the Worker, sent to the page in batches, no faster than it is read there. */

import { UsageError } from '../core/errors.ts';
import type {
  Conversation,
  Engine,
  Generation,
  GenerationResult,
  Message,
  MessageContent,
  TokenEvent,
} from '../core/api.ts';
import { type Call, WINDOW } from './protocol.ts';

type StreamCall = Call & { kind: 'stream' };

/** Starts the generation that a request asks for. @throws UsageError when the target has no such method */
export function startGeneration(target: Engine | Conversation, call: StreamCall, signal: AbortSignal): Generation {
  const { method, input } = call;
  const options = { ...call.options, signal };
  // The engine checks inputs, and gets the same untrusted values without a Worker.
  // oxlint-disable typescript/no-unsafe-type-assertion
  if (method === 'generate') return target.generate(input as string | readonly number[], options);
  if (method === 'chat') return target.chat(input as readonly Message[], options);
  if (!('send' in target)) throw noSuchMethod(method);
  return method === 'send' ? target.send(input as MessageContent, options) : target.regenerate(options);
  // oxlint-enable typescript/no-unsafe-type-assertion
}

const noSuchMethod = (method: string): UsageError =>
  new UsageError({
    code: 'usage-option',
    happened: `The engine has no '${method}'.`,
    expected: 'A call that fits its target was expected.',
    todo: 'Correct the call.',
  });

/** Reads a generation and sends its tokens, at most so many ahead of the consumer as it allowed. */
export class HostStream {
  readonly #send: (events: readonly TokenEvent[]) => void;
  readonly #signal: AbortSignal;
  #batch: TokenEvent[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #allowed = WINDOW;
  #wake: (() => void) | undefined;

  constructor(send: (events: readonly TokenEvent[]) => void, signal: AbortSignal) {
    this.#send = send;
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#wake?.(), { once: true });
  }

  /** The consumer can take so many more tokens. */
  allow(count: number): void {
    this.#allowed += count;
    this.#wake?.();
  }

  /** Runs the generation to its end; all its tokens are sent before this returns or throws. */
  async pump(generation: Generation): Promise<GenerationResult> {
    // It rejects together with the iterator, whose error is the one that is passed on.
    generation.result.catch(() => undefined);
    try {
      for await (const event of generation) {
        this.#batch.push(event);
        // A timer, so that tokens which come out of one readback travel in one message.
        this.#timer ??= setTimeout(() => this.#flush(), 0);
        if (--this.#allowed <= 0) await this.#untilAllowed();
      }
    } finally {
      this.#flush();
    }
    return generation.result;
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#batch.length > 0) this.#send(this.#batch);
    this.#batch = [];
  }

  async #untilAllowed(): Promise<void> {
    if (this.#signal.aborted) return;
    await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#wake = undefined;
  }
}
