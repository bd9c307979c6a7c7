import { described } from '../../core/check-options.ts';
import { SAMPLING_NAMES } from '../../core/option-names.ts';
import { MemoryError, UsageError } from '../../core/errors.ts';
import { copiedMessages, messagesError } from '../../core/messages.ts';
import { copyPlain } from '../../core/plain-data.ts';
import { CHAT_DEFAULTS, GENERATE_DEFAULTS, resolveSampling, type SamplingDefaults } from '../../sampling/settings.ts';
import { constraintOf } from '../../constraints/index.ts';
import { StreamDecoder } from '../../tokenizer/stream-decoder.ts';
import type {
  Conversation,
  ConversationOptions,
  GenerateOptions,
  Generation,
  Message,
  MessageContent,
  PromptOptions,
  SamplingOptions,
} from '../../core/api.ts';
import { checkIds } from '../check-ids.ts';
import { checkConversationOptions, checkGenerateOptions, checkPromptOptions } from '../engine-options.ts';
import type { ModelSession } from '../load/model-session.ts';
import { failedGeneration, Run } from '../step/run.ts';
import type { Runtime } from '../runtime.ts';
import { Lease } from '../memory/lease.ts';
import type { MemoryView } from '../../core/api.ts';
import { readMemory } from './read-memory.ts';
import type { SequenceMethods } from '../memory/sequence-methods.ts';
import { commonLength, Transcript } from './transcript.ts';

/** What a conversation needs of its engine. */
export interface ConversationHost {
  readonly session: ModelSession;
  /** What a conversation does to its cache and attention: its own options over the engine's. @throws UsageError */
  methodsOf(options: ConversationOptions): SequenceMethods;
  /** The living runtime. @throws the error to reject with when there is none. */
  runtime(): Runtime;
  /** Told when the conversation is disposed. */
  forget(conversation: EngineConversation): void;
}

/** Owns ids, cache and settings. See `Conversation` in api.ts. */
export class EngineConversation implements Conversation {
  readonly #host: ConversationHost;
  readonly #options: ConversationOptions;
  readonly #seed: number;
  readonly #transcript: Transcript;
  #messages: readonly Message[];
  readonly #methods: SequenceMethods;
  #lease: Lease | undefined;
  #leaseOf: Runtime | undefined;
  #run: Run | undefined;
  /** The ids whose keys and values the lease may hold: those of the last run. */
  #cachedIds: readonly number[] = [];
  #disposed = false;

  constructor(host: ConversationHost, options: ConversationOptions = {}) {
    checkConversationOptions(options);
    this.#host = host;
    this.#methods = host.methodsOf(options);
    this.#options = options;
    this.#seed = options.seed ?? crypto.getRandomValues(new Uint32Array(1))[0]!;
    this.#transcript = new Transcript(host.session.tokenizer);
    this.#messages = options.system === undefined ? [] : [{ role: 'system', content: options.system }];
  }

  get messages(): readonly Message[] {
    return copyPlain(this.#messages);
  }

  send(content: MessageContent, options: GenerateOptions = {}): Generation {
    return this.chat([...this.#messages, { role: 'user', content }], options);
  }

  regenerate(options: GenerateOptions = {}): Generation {
    const last = this.#messages.findLastIndex(({ role }) => role === 'user');
    if (last < 0)
      return failedGeneration(
        new UsageError({
          code: 'usage-messages',
          happened: 'There is no user message to answer again.',
          expected: 'At least one message was sent before.',
          todo: 'Send a message first.',
        }),
      );
    return this.chat(this.#messages.slice(0, last + 1), options);
  }

  chat(given: readonly Message[], options: GenerateOptions = {}): Generation {
    return this.#attempt(() => {
      const messages = copiedMessages(given);
      if (messages.at(-1)!.role === 'assistant')
        throw messagesError("The last message is the assistant's.", 'End with the message that is to be answered.');
      const { template, entry } = this.#host.session;
      if (!template)
        throw new UsageError({
          code: 'usage-messages',
          happened: 'This model file has no chat template.',
          expected: 'Chats need one; raw text does not.',
          todo: 'Use generate() with a prompt in the form that the model was trained on.',
        });
      const rendered = template.render(
        messages,
        this.#options.template === undefined ? {} : { template: this.#options.template },
      );
      const before = this.#messages;
      const takeBack = (): void => {
        this.#messages = before;
      };
      const ids = this.#transcript.prompt(rendered);
      // Before the run begins, which may end it: its signal may have fired already.
      this.#messages = messages;
      try {
        const run = this.#begin(ids, options, { ...CHAT_DEFAULTS, ...entry?.sampling }, (text, newIds) => {
          this.#transcript.answered(newIds);
          this.#messages = [...messages, { role: 'assistant', content: text }];
        });
        run.result.catch(takeBack);
        return run;
      } catch (error) {
        takeBack();
        throw error;
      }
    });
  }

  generate(prompt: string | readonly number[], given: PromptOptions = {}): Generation {
    return this.#attempt(() => {
      checkPromptOptions(given);
      const { special, ...options } = given;
      const { tokenizer } = this.#host.session;
      if (special !== undefined && typeof prompt !== 'string')
        throw new UsageError({
          code: 'usage-option',
          happened: 'The option special was given with token ids.',
          expected: 'It says how the text of a prompt is read.',
          todo: 'Leave special out.',
        });
      const ids =
        typeof prompt === 'string'
          ? tokenizer.encode(prompt, { bos: true, special: special ?? false })
          : checkIds(prompt, tokenizer.vocabSize);
      const run = this.#begin(ids, options, GENERATE_DEFAULTS);
      this.#transcript.forget();
      return run;
    });
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#run?.abort();
    this.#host.forget(this);
    const runtime = this.#leaseOf;
    const lease = this.#lease;
    if (runtime && lease)
      await runtime.scheduler
        .exclusive(async () => {
          runtime.disposed.add(lease);
          runtime.sequences.release(lease);
        })
        .catch(() => {
          // The device is gone, and the cache with it.
        });
  }

  /** Errors of a call come through its generation, as those of a run do. */
  #attempt(make: () => Generation): Generation {
    try {
      if (this.#disposed) throw disposedError();
      if (this.#run && !this.#run.ended)
        throw new UsageError({
          code: 'usage-busy',
          happened: 'The conversation is still answering.',
          expected: 'One answer at a time.',
          todo: 'Wait for it to end or abort it; other conversations can answer meanwhile.',
        });
      return make();
    } catch (error) {
      return failedGeneration(error);
    }
  }

  #begin(
    ids: readonly number[],
    options: GenerateOptions,
    defaults: SamplingDefaults,
    onEnd?: (text: string, ids: readonly number[]) => void,
  ): Run {
    checkGenerateOptions(options);
    const { session } = this.#host;
    const runtime = this.#host.runtime();
    const merged = { ...this.#options, ...options };
    const sampling = resolveSampling(pick(merged), { ...defaults, seed: this.#seed });
    const lease = this.#leaseOf === runtime && this.#lease ? this.#lease : this.#newLease(runtime);
    // What is cached is what the last run had, as far as it was fed. At least one row is fed, for its logits.
    const keptIds = Math.min(commonLength(ids, this.#cachedIds), ids.length - 1);
    const maxTokens = checkLengths(ids.length, merged.maxTokens, runtime.context, lease, keptIds);
    const run = new Run({
      ids: [...ids],
      lease,
      keptIds,
      sampling,
      stopIds: session.tokenizer.eosIds,
      ignoreEos: merged.ignoreEos ?? false,
      maxTokens,
      decoder: new StreamDecoder(session.tokenizer, { stop: merged.stop ?? [], skipSpecial: true }),
      constraint: merged.constraint && constraintOf(merged.constraint).begin(session.vocabulary),
      drawable: session.tokenizer.vocabSize < runtime.config.vocab ? session.tokenizer.vocabSize : undefined,
      logprobs: merged.logprobs,
      signal: merged.signal,
      onEnd: (result) => onEnd?.(result.text, result.ids),
    });
    this.#run = run;
    this.#cachedIds = run.ids;
    runtime.scheduler.submit(run);
    return run;
  }

  /**
   * Lets `fill` put keys and values of these ids into the cache in place of running them. The lease is the conversation's
   * own, empty; nothing else runs meanwhile.
   */
  async assume(ids: readonly number[], fill: (runtime: Runtime, lease: Lease) => Promise<void>): Promise<void> {
    const runtime = this.#host.runtime();
    await runtime.scheduler.exclusive(async () => {
      if (this.#leaseOf === runtime && this.#lease) runtime.sequences.release(this.#lease);
      await fill(runtime, this.#newLease(runtime));
      this.#cachedIds = ids;
    });
  }

  async memory(): Promise<MemoryView> {
    if (this.#disposed) throw disposedError();
    const runtime = this.#host.runtime();
    const lease = this.#leaseOf === runtime ? this.#lease : undefined;
    return runtime.scheduler.exclusive(() => readMemory(runtime, lease, this.#cachedIds));
  }

  #newLease(runtime: Runtime): Lease {
    this.#lease = new Lease(this.#methods, runtime.config);
    this.#leaseOf = runtime;
    return this.#lease;
  }
}

const disposedError = (): UsageError =>
  new UsageError({
    code: 'usage-disposed',
    happened: 'The conversation was disposed.',
    expected: 'It is used before that.',
    todo: 'Start a new conversation.',
  });

/** Only the sampling options, those that are given. */
function pick(options: GenerateOptions): SamplingOptions {
  return Object.fromEntries(
    SAMPLING_NAMES.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  );
}

/** How many new tokens may come. @throws UsageError, MemoryError */
function checkLengths(
  prompt: number,
  maxTokens: number | undefined,
  context: number,
  lease: Lease,
  keptIds: number,
): number {
  if (prompt === 0)
    throw new UsageError({
      code: 'usage-empty',
      happened: 'The prompt is empty.',
      expected: 'At least one token.',
      todo: 'Pass some text or ids.',
    });
  if (maxTokens !== undefined && (!Number.isInteger(maxTokens) || maxTokens < 1))
    throw new UsageError({
      code: 'usage-option',
      happened: `The option maxTokens is ${described(maxTokens)}.`,
      expected: 'An integer of at least 1.',
      todo: 'Pass such a number, or leave maxTokens out to go on as long as the context allows.',
    });
  const rank = lease.methods.cache?.policy.positions === 'rank';
  // With rank positions only what is held counts, and the answer may go on past the context.
  const held = rank ? lease.mostWith(keptIds, prompt) : prompt;
  if (held >= context)
    throw new MemoryError({
      code: 'context-overflow',
      happened: rank ? `With this prompt the cache would hold ${held} tokens.` : `The prompt has ${prompt} tokens.`,
      expected: `A conversation holds at most ${context}, the answer included.`,
      todo: 'Shorten it, start a new conversation, or create the engine with a larger context.',
    });
  if (rank) return maxTokens ?? context;
  return Math.min(maxTokens ?? Number.POSITIVE_INFINITY, context - prompt);
}
