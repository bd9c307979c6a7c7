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

/** Starts the generation that a request asks for. @throws UsageError when the method does not fit the target or its input. */
export function startGeneration(target: Engine | Conversation, call: StreamCall, signal: AbortSignal): Generation {
  const { method, input } = call;
  const options = { ...call.options, signal };
  if (method === 'generate') return target.generate(isIds(input) ? input : textOf(input), options);
  if (method === 'chat') return target.chat(messagesOf(input), options);
  if (!('send' in target)) throw wrongInput(`The engine has no '${method}'`);
  return method === 'send' ? target.send(contentOf(input), options) : target.regenerate(options);
}

const isIds = (input: StreamCall['input']): input is readonly number[] =>
  typeof input !== 'string' && input.every((value) => typeof value === 'number');

function textOf(input: StreamCall['input']): string {
  if (typeof input === 'string') return input;
  throw wrongInput('The prompt is neither a text nor a list of numbers');
}

function contentOf(input: StreamCall['input']): MessageContent {
  if (typeof input === 'string') return input;
  // Its parts are checked by the engine, as messages are.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return input as MessageContent;
}

function messagesOf(input: StreamCall['input']): readonly Message[] {
  if (typeof input === 'string') throw wrongInput('The messages are a text');
  // Each message is checked by the engine, which gets the same untrusted values without a Worker.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return input as readonly Message[];
}

const wrongInput = (happened: string): UsageError =>
  new UsageError({
    code: 'usage-option',
    happened: `${happened}.`,
    expected: 'An input that fits the call was expected.',
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
