import { AbortedError, throwIfAborted, UsageError, type WinnowError } from '../core/errors.ts';
import type { KvType } from '../kernels/cache-layout.ts';
import type {
  Conversation,
  ConversationOptions,
  EmbedOptions,
  EmbedResult,
  Engine,
  EngineOptions,
  GenerateOptions,
  Generation,
  LoadProgress,
  Message,
  PromptOptions,
  Report,
  ScoreOptions,
  ScoreResult,
  TokenizerApi,
} from '../core/api.ts';
import { checkIds } from './check-ids.ts';
import { EngineConversation, type ConversationHost } from './conversation/conversation.ts';
import { checkEmbedOptions, checkEngineOptions, checkScoreOptions, contextOf } from './engine-options.ts';
import { readModel, type ModelSession, type OpenedModel } from './load/model-session.ts';
import { createReport } from './report.ts';
import { createRuntime, type Runtime } from './runtime.ts';
import { resolveMethods } from './memory/resolve-methods.ts';
import { embed } from './measure/embed.ts';
import { readEmbedInputs } from './measure/embed-inputs.ts';
import { score } from './measure/score.ts';
import type { SequenceMethods } from './memory/sequence-methods.ts';
import type { TuningStore } from './tuning/tuning-store.ts';
import { createTokenizerApi } from './tokenizer-api.ts';

/** What differs between a browser and Node. */
export interface Environment {
  /** Where adapters come from; undefined where there is no WebGPU. */
  provider(options: Pick<EngineOptions, 'adapter'>): Promise<GPU | undefined>;
  open(options: EngineOptions, onProgress: (progress: LoadProgress) => void): Promise<OpenedModel>;
  /** Where measured kernel choices are kept; undefined where nothing can be kept. */
  readonly tuningStore?: TuningStore;
}

/** Opens the model, requests the device and loads the weights. See `createEngine` of the package's entries. */
export async function createEngineIn(environment: Environment, options: EngineOptions): Promise<Engine> {
  checkEngineOptions(options);
  const onProgress = options.onProgress ?? ((): void => {});
  throwIfAborted(options.signal);
  const opened = await environment.open(options, onProgress);
  try {
    const session = await readModel(opened, onProgress, options.signal);
    const engine = new LocalEngine(environment, session, options);
    await engine.load(onProgress, options.signal);
    return engine;
  } catch (error) {
    await opened.source.close?.();
    throw error;
  }
}

class LocalEngine implements Engine, ConversationHost {
  readonly session: ModelSession;
  readonly tokenizer: TokenizerApi;
  readonly model: Engine['model'];
  readonly #environment: Environment;
  readonly #options: EngineOptions;
  readonly #context: number;
  readonly #kv: KvType;
  readonly #conversations = new Set<EngineConversation>();
  #runtime: Runtime | undefined;
  #disposed: WinnowError | undefined;
  /** A reload under way, which further calls of restore() share. */
  #restoring: Promise<void> | undefined;

  constructor(environment: Environment, session: ModelSession, options: EngineOptions) {
    this.#environment = environment;
    this.session = session;
    this.#options = options;
    this.#context = contextOf(options, session.config);
    this.#kv = options.kv ?? 'f16';
    this.tokenizer = createTokenizerApi(session);
    this.model = {
      name: session.entry?.title ?? session.config.name,
      context: this.#context,
      vocab: session.config.vocab,
      hasChatTemplate: session.template !== undefined,
    };
  }

  async load(onProgress: (progress: LoadProgress) => void, signal?: AbortSignal): Promise<void> {
    const { source, gguf, graph } = this.session;
    const { device, adapter, disable, activations, autotune } = this.#options;
    const provider = device ? undefined : await this.#environment.provider(this.#options);
    const runtime = await createRuntime({
      request: { provider, device, adapter, disable },
      source,
      gguf,
      graph,
      context: this.#context,
      kv: this.#kv,
      ...(activations && { activations }),
      ...(autotune !== undefined && { autotune }),
      tuningStore: this.#environment.tuningStore,
      onProgress,
      signal,
    });
    if (this.#disposed) {
      runtime.gpu.dispose();
      throw this.#disposed;
    }
    this.#runtime = runtime;
    void runtime.gpu.lost.then((error) => runtime.scheduler.close(error));
  }

  runtime(): Runtime {
    if (this.#disposed) throw this.#disposed;
    const runtime = this.#runtime!;
    if (runtime.gpu.lostError) throw runtime.gpu.lostError;
    return runtime;
  }

  methodsOf({ cache, attention, kv, decoding }: ConversationOptions): SequenceMethods {
    const own = {
      ...(cache !== undefined && { cache }),
      ...(attention !== undefined && { attention }),
      ...(kv && { kv }),
      ...(decoding !== undefined && { decoding }),
    };
    return resolveMethods({ ...this.#options, ...own }, this.session.config);
  }

  forget(conversation: EngineConversation): void {
    this.#conversations.delete(conversation);
  }

  conversation(options: ConversationOptions = {}): Conversation {
    this.#refuseEncoder();
    const conversation = new EngineConversation(this, options);
    this.#conversations.add(conversation);
    return conversation;
  }

  chat(messages: readonly Message[], options: GenerateOptions = {}): Generation {
    return this.#once((conversation) => conversation.chat(messages, options));
  }

  generate(prompt: string | readonly number[], options: PromptOptions = {}): Generation {
    return this.#once((conversation) => conversation.generate(prompt, options));
  }

  /** A conversation that is made, used and disposed. */
  #once(use: (conversation: Conversation) => Generation): Generation {
    const conversation = this.conversation();
    const generation = use(conversation);
    const dispose = (): void => void conversation.dispose();
    generation.result.then(dispose, dispose);
    return generation;
  }

  async score(ids: readonly number[], options: ScoreOptions = {}): Promise<ScoreResult> {
    checkIds(ids, this.session.config.vocab);
    checkScoreOptions(options);
    this.#refuseEncoder();
    return score(this.runtime(), ids, options);
  }

  async embed(inputs: readonly (string | readonly number[])[], options: EmbedOptions = {}): Promise<EmbedResult> {
    checkEmbedOptions(options);
    const texts = readEmbedInputs(inputs, options, this.session);
    return embed(this.runtime(), texts, options);
  }

  /** @throws UsageError 'usage-encoder' for what needs a next token, of a model that has none */
  #refuseEncoder(): void {
    if (this.session.config.head === 'none')
      throw new UsageError({
        code: 'usage-encoder',
        happened: 'The model is an encoder.',
        expected: 'It has no next token, so nothing can be written or scored.',
        todo: 'Embed texts with it, or load a decoder.',
      });
  }

  async report(): Promise<Report> {
    if (this.#disposed) throw this.#disposed;
    return createReport(this.#runtime!, this.session.gguf, this.session.source.size, this.session.fallbacks);
  }

  async restore(): Promise<void> {
    if (this.#disposed) throw this.#disposed;
    if (this.#options.device)
      throw new UsageError({
        code: 'usage-option',
        happened: 'This engine runs on a device that was given to it.',
        expected: 'Only an engine with a device of its own can request another.',
        todo: 'Create a new engine with a new device.',
      });
    this.#restoring ??= this.#reload().finally(() => {
      this.#restoring = undefined;
    });
    return this.#restoring;
  }

  async #reload(): Promise<void> {
    const lost = this.#runtime;
    if (lost && !lost.gpu.lostError) return;
    await lost?.scheduler.close(lost.gpu.lostError);
    lost?.gpu.dispose();
    await this.load(this.#options.onProgress ?? ((): void => {}));
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = new AbortedError({
      code: 'usage-disposed',
      happened: 'The engine was disposed.',
      expected: 'It is used before that.',
      todo: 'Create a new engine.',
    });
    const runtime = this.#runtime;
    if (runtime) {
      await runtime.scheduler.close(this.#disposed);
      await Promise.race([runtime.gpu.device.queue.onSubmittedWorkDone(), runtime.gpu.lost]).catch(() => {});
      runtime.gpu.dispose();
    }
    await this.session.source.close?.();
  }
}

/**
 * What lives on the device of an engine of this thread, for measuring it from inside.
 * @throws UsageError for an engine behind a Worker; the error of a lost or disposed device
 */
export function runtimeOf(engine: Engine): Runtime {
  if (engine instanceof LocalEngine) return engine.runtime();
  throw new UsageError({
    code: 'usage-option',
    happened: 'The engine runs behind a Worker or is not one of this package.',
    expected: 'Only an engine of the same thread can be looked into.',
    todo: 'Use createEngine inside the Worker that measures.',
  });
}
