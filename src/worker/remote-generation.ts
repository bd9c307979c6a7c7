/** A generation that runs in the Worker, seen from the page. */

import { secondReader } from '../core/errors.ts';
import type { Generation, GenerationResult, TokenEvent } from '../core/api.ts';
import { type Control, WINDOW } from './protocol.ts';

interface Waiter {
  readonly resolve: (result: IteratorResult<TokenEvent, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/** Tokens arrive by `receive`, the end by `finish` or `fail`; `control` sends word to the Worker. */
export class RemoteGeneration implements Generation {
  readonly #control: (control: Control) => void;
  readonly #queue: TokenEvent[] = [];
  readonly #waiters: Waiter[] = [];
  readonly #result: Promise<GenerationResult>;
  #settle!: { readonly resolve: (result: GenerationResult) => void; readonly reject: (error: unknown) => void };
  readonly #iterator: AsyncIterator<TokenEvent, undefined>;
  #state: 'open' | 'ended' | { readonly error: unknown } = 'open';
  #taken = 0;
  #unlimited = false;
  #read = false;

  constructor(control: (control: Control) => void) {
    this.#control = control;
    this.#result = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
    this.#result.catch(() => undefined); // Who iterates gets the error there.
    this.#iterator = {
      next: () => this.#next(),
      return: () => {
        this.#queue.length = 0;
        this.abort();
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }

  /** Asking for the result lets the generation run on even if nobody reads its tokens. */
  get result(): Promise<GenerationResult> {
    if (!this.#unlimited && this.#state === 'open') {
      this.#unlimited = true;
      this.#control({ kind: 'more', count: Number.MAX_SAFE_INTEGER - WINDOW });
    }
    return this.#result;
  }

  /** As that of a `Run`. @throws UsageError `usage-busy` for a second reader before the end */
  [Symbol.asyncIterator](): AsyncIterator<TokenEvent, undefined> {
    if (!this.#read) {
      this.#read = true;
      return this.#iterator;
    }
    if (this.#state === 'open') throw secondReader();
    return { next: () => Promise.resolve({ done: true, value: undefined }) };
  }

  /** Ends the iteration at once and the generation soon; the result still comes, with finish 'abort'. */
  abort(): void {
    if (this.#state !== 'open') return;
    this.#queue.length = 0;
    this.#end('ended');
    this.#control({ kind: 'abort' });
  }

  receive(events: readonly TokenEvent[]): void {
    if (this.#state !== 'open') return;
    for (const event of events) {
      const waiter = this.#waiters.shift();
      if (waiter) waiter.resolve({ done: false, value: this.#take(event) });
      else this.#queue.push(event);
    }
  }

  finish(result: GenerationResult): void {
    this.#end('ended');
    this.#settle.resolve(result);
  }

  fail(error: unknown): void {
    this.#end({ error });
    this.#settle.reject(error);
  }

  #end(state: 'ended' | { readonly error: unknown }): void {
    if (this.#state !== 'open') return;
    this.#state = state;
    for (const waiter of this.#waiters.splice(0)) {
      if (state === 'ended') waiter.resolve({ done: true, value: undefined });
      else waiter.reject(state.error);
    }
  }

  #next(): Promise<IteratorResult<TokenEvent, undefined>> {
    const event = this.#queue.shift();
    if (event) return Promise.resolve({ done: false, value: this.#take(event) });
    if (this.#state === 'open') return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
    if (this.#state === 'ended') return Promise.resolve({ done: true, value: undefined });
    const { error } = this.#state;
    this.#state = 'ended'; // As with a generator: an error once, then the end.
    return Promise.reject(error);
  }

  #take(event: TokenEvent): TokenEvent {
    // Half a window at a time, so that the Worker rarely waits and the channel carries few of these.
    if (++this.#taken >= WINDOW / 2 && this.#state === 'open' && !this.#unlimited) {
      this.#control({ kind: 'more', count: this.#taken });
      this.#taken = 0;
    }
    return event;
  }
}
