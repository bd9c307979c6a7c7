import type { ConstraintState } from '../../core/constraint.ts';
import { abortedError, secondReader } from '../../core/errors.ts';
import type { SamplingSettings } from '../../sampling/settings.ts';
import type { StreamDecoder } from '../../tokenizer/stream-decoder.ts';
import type { DraftSourceName, Generation, GenerationResult, TokenEvent, TokenLogprobs } from '../../core/api.ts';
import { DraftCounts } from '../memory/draft-counts.ts';
import type { DrawnDrafts } from '../plan/step-ends.ts';
import type { Lease } from '../memory/lease.ts';
import { draftingObstacle } from './drafting-obstacle.ts';

export interface RunOptions {
  /** The conversation's ids; new ones are appended to this very array. */
  readonly ids: number[];
  /** Where the cached keys and values of these ids are. */
  readonly lease: Lease;
  /** How many of the ids, from the first, are those of which the lease may hold something. */
  readonly keptIds: number;
  readonly sampling: SamplingSettings;
  readonly stopIds: readonly number[];
  readonly ignoreEos: boolean;
  readonly maxTokens: number;
  readonly decoder: StreamDecoder;
  /** Where its constraint stands: at the answer's begin. */
  readonly constraint?: ConstraintState | undefined;
  /** Ids from this one on have no token and are never drawn; undefined = all have one. */
  readonly drawable?: number | undefined;
  /** Alternatives to tell of each token; undefined = no log-probabilities. */
  readonly logprobs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called once, when nothing more will be appended. */
  readonly onEnd?: ((result: GenerationResult) => void) | undefined;
}

/** What is told of a token besides itself. */
export interface TokenTold {
  readonly logprobs?: TokenLogprobs | undefined;
  /** What had drafted it. */
  readonly source?: DraftSourceName | undefined;
}

/** One generation: what the scheduler feeds, and the stream that the caller iterates. */
export class Run implements Generation {
  readonly result: Promise<GenerationResult>;
  readonly ids: number[];
  readonly lease: Lease;
  readonly keptIds: number;
  readonly sampling: SamplingSettings;
  readonly stopIds: readonly number[];
  readonly ignoreEos: boolean;
  readonly maxTokens: number;
  readonly promptTokens: number;
  readonly constraint: ConstraintState | undefined;
  readonly drawable: number | undefined;
  readonly logprobs: number | undefined;
  /** No more tokens are wanted; the scheduler drops the run when it next looks. */
  ended = false;
  readonly #decoder: StreamDecoder;
  readonly #onEnd: RunOptions['onEnd'];
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = (): void => this.abort();
  readonly #events: TokenEvent[] = [];
  readonly #started = performance.now();
  /** Why what chooses between proposers chose none last. */
  why: string | undefined;
  readonly #drafts = new DraftCounts();
  #cachedTokens = 0;
  #firstAt = 0;
  #lastAt = 0;
  #text = '';
  readonly #logprobs: TokenLogprobs[] = [];
  #wake: (() => void) | undefined;
  /** Somebody iterates. */
  #read = false;
  #error: unknown;
  #resolve!: (result: GenerationResult) => void;
  #reject!: (error: unknown) => void;

  constructor(options: RunOptions) {
    this.ids = options.ids;
    this.lease = options.lease;
    this.keptIds = options.keptIds;
    this.sampling = options.sampling;
    this.stopIds = options.stopIds;
    this.ignoreEos = options.ignoreEos;
    this.maxTokens = options.maxTokens;
    this.promptTokens = options.ids.length;
    this.constraint = options.constraint;
    this.drawable = options.drawable;
    this.logprobs = options.logprobs;
    this.#decoder = options.decoder;
    this.#onEnd = options.onEnd;
    this.#signal = options.signal;
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // A caller that only iterates learns of failures from the iterator.
    this.result.catch(() => {});
    this.#signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (this.#signal?.aborted) this.abort();
  }

  /** New ids so far. */
  get generated(): number {
    return this.ids.length - this.promptTokens;
  }

  /** Told of a step behind the prompt that gave it so many tokens, of which the first needed no draft. */
  stepped(tokens: number, drafts: DrawnDrafts | undefined): void {
    this.#drafts.add(tokens, drafts);
    this.lease.drafts.add(tokens, drafts);
  }

  /** Told when the prompt's first rows are fed: how many tokens the cache already held. */
  began(cachedTokens: number): void {
    this.#cachedTokens = cachedTokens;
  }

  /** Takes the next token, with its log-probabilities where they are told, and what had drafted it. The GPU ends the sequence by the same rules. */
  accept(id: number, { logprobs, source }: TokenTold = {}): void {
    this.#lastAt = performance.now();
    if (this.generated === 0) this.#firstAt = this.#lastAt;
    this.ids.push(id);
    try {
      this.constraint?.accept(id);
    } catch (error) {
      // A constraint may be the caller's own code: its failure is this run's, and nobody else's.
      this.fail(error);
      return;
    }
    const stop = !this.ignoreEos && this.stopIds.includes(id);
    const { text, stopped } = stop ? this.#decoder.flush() : this.#decoder.push(id);
    const length = !stop && !stopped && this.generated >= this.maxTokens;
    const rest = length ? this.#decoder.flush().text : '';
    this.#text += text + rest;
    if (logprobs) this.#logprobs.push(logprobs);
    this.#events.push({ id, text: text + rest, ...(logprobs && { logprobs }), ...(source && { source }) });
    if (stop || stopped) this.#end('stop');
    else if (length) this.#end('length');
    this.#wake?.();
  }

  /** Ends the stream at once; tokens already in flight are dropped. */
  abort(): void {
    if (this.ended) return;
    this.#text += this.#decoder.flush().text;
    // The stream ends at once: what was not yet taken from it stays in the result only.
    this.#events.length = 0;
    this.#end('abort');
    this.#wake?.();
  }

  fail(error: unknown): void {
    if (this.ended) return;
    this.#close();
    this.#error = error;
    this.#reject(error);
    this.#wake?.();
  }

  #end(finish: GenerationResult['finish']): void {
    this.#close();
    const tokens = this.generated;
    const result: GenerationResult = {
      ids: this.ids.slice(this.promptTokens),
      text: this.#text,
      finish,
      promptTokens: this.promptTokens,
      cachedTokens: this.#cachedTokens,
      timeToFirstTokenMs: tokens > 0 ? this.#firstAt - this.#started : 0,
      tokensPerSecond: tokens > 1 ? (tokens - 1) / ((this.#lastAt - this.#firstAt) / 1000) : 0,
      seed: this.sampling.seed,
      speculation: this.#drafts.report(this.lease.methods, this.#whyPlain()),
      ...(this.logprobs !== undefined && { logprobs: this.#logprobs }),
    };
    this.#onEnd?.(result);
    this.#resolve(result);
  }

  /** Why nothing was drafted, or nothing is drafted any more, although the conversation is to. */
  #whyPlain(): string | undefined {
    const { decoding } = this.lease.methods;
    return decoding && (draftingObstacle(this) ?? (decoding.levels ? this.why : undefined));
  }

  #close(): void {
    this.ended = true;
    this.#signal?.removeEventListener('abort', this.#onAbort);
  }

  /**
   * Leaving the loop early aborts. A second reader of what has ended gets nothing.
   * @throws UsageError `usage-busy` for a second reader before that
   */
  [Symbol.asyncIterator](): AsyncGenerator<TokenEvent, void, undefined> {
    if (this.#read && !this.ended) throw secondReader();
    const tokens = this.#iterate(this.#read);
    this.#read = true;
    return tokens;
  }

  async *#iterate(second: boolean): AsyncGenerator<TokenEvent, void, undefined> {
    if (second) return;
    try {
      for (;;) {
        while (this.#events.length > 0) yield this.#events.shift()!;
        if (this.#error !== undefined) throw this.#error;
        if (this.ended) return;
        // oxlint-disable-next-line no-await-in-loop -- waits for the next token
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        this.#wake = undefined;
      }
    } finally {
      this.abort();
    }
  }
}

/** A generation that failed before it began. */
export function failedGeneration(error: unknown): Generation {
  const result = Promise.reject<GenerationResult>(error);
  result.catch(() => {});
  return {
    result,
    // oxlint-disable-next-line require-yield -- it only throws
    async *[Symbol.asyncIterator]() {
      throw error ?? abortedError();
    },
  };
}
