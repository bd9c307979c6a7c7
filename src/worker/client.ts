/** The engine's interface over a Worker, so that the page never waits for it. */

import { aSignal, checkObject, checkValue, isObject } from '../core/check-options.ts';
import { UsageError, WinnowError } from '../core/errors.ts';
import type {
  Conversation,
  ConversationOptions,
  Engine,
  EngineOptions,
  GenerateOptions,
  MemoryView,
  Message,
  MessageContent,
  MethodOptions,
  ModelSource,
  PromptOptions,
  TokenizerApi,
} from '../core/api.ts';
import { checkMessages } from '../core/messages.ts';
import { copyPlain, isPlain } from '../core/plain-data.ts';
import { plainConstraint } from '../constraints/index.ts';
import { plainAttention, plainCache, plainDecoding } from '../methods/plain.ts';
import { Connection } from './connection.ts';
import { type Call, type EngineFacts, type StreamMethod, workerFailed } from './protocol.ts';
import type { RemoteGeneration } from './remote-generation.ts';

export interface WorkerEngineOptions extends EngineOptions {
  /** A Worker of the caller's that serves an engine (`serveEngine`). Default: one of our own, ended by `dispose()`. */
  readonly worker?: Worker | MessagePort;
}

/**
 * Creates an engine in a Worker; everything else is as with `createEngine`.
 * The model may be a URL, a name or a Blob (a File is not read here, only handed over).
 * @throws UsageError `usage-option` for a `device`, which cannot cross to a Worker, and for options that cannot be copied.
 * @throws WinnowError `worker-failed` when the Worker cannot be started; else what `createEngine` throws.
 */
export async function createWorkerEngine(options: WorkerEngineOptions): Promise<Engine> {
  checkObject(options);
  const { worker, device, model, signal, onProgress, ...rest } = options;
  const methods = plainMethods(options);
  if (device !== undefined) {
    throw new UsageError({
      code: 'usage-option',
      happened: 'A device was given to an engine in a Worker.',
      expected: 'A GPU device cannot leave the thread that made it.',
      todo: 'Leave `device` out, or use `createEngine`.',
    });
  }
  const target = worker ?? spawnWorker();
  const connection = new Connection(target);
  const end = (): void => {
    connection.close();
    if (worker === undefined && 'terminate' in target) target.terminate();
  };
  try {
    const call: Call = { kind: 'create', options: { ...rest, ...methods, model: portableModel(model) } };
    const facts = await connection.call(call, { signal, onProgress });
    // The Worker runs this same package: what it sends as a result is one.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return remoteEngine(connection, facts as EngineFacts, end);
  } catch (error) {
    end();
    throw error;
  }
}

/** Methods as plain data: their values have functions, which cannot cross to a Worker. */
const plainMethods = ({ cache, attention, decoding }: MethodOptions): object => ({
  ...(cache !== undefined && { cache: plainCache(cache) }),
  ...(attention !== undefined && { attention: plainAttention(attention) }),
  ...(decoding !== undefined && { decoding: plainDecoding(decoding) }),
});

/** Options of a generation as plain data. @throws UsageError 'usage-option' for a constraint that cannot cross */
const plainOptions = ({ constraint, ...options }: PromptOptions): object => ({
  ...options,
  ...(constraint !== undefined && { constraint: plainConstraint(constraint) }),
});

/** The options that cross. @throws UsageError 'usage-option' for what are none, or a signal that is none */
function withoutSignal<T extends { readonly signal?: AbortSignal }>(options: T): Omit<T, 'signal'> {
  checkObject(options);
  const { signal, ...rest } = options;
  if (signal !== undefined) checkValue('signal', signal, aSignal);
  return rest;
}

/** Plain data copied, for proxies of it cannot be sent; anything else as it is. */
const portable = <T>(value: T): T => (isPlain(value) ? copyPlain(value) : value);

/** Whether the engine may take them for a history; what is none it refuses, and the history stays. */
function areMessages(value: unknown): value is readonly Message[] {
  try {
    checkMessages(value);
    return true;
  } catch {
    return false;
  }
}

/** The signal of options, if they are some and it is one; `withoutSignal` refuses others. */
const signalOf = (options: { readonly signal?: AbortSignal } | null): AbortSignal | undefined =>
  isObject(options) && aSignal.holds(options.signal) ? options.signal : undefined;

function spawnWorker(): Worker {
  if (typeof Worker === 'undefined')
    throw new WinnowError({
      code: 'worker-failed',
      happened: 'There are no Web Workers here.',
      expected: 'A page has them, Node has not.',
      todo: 'Use `createEngine`, or pass a Worker of your own.',
    });
  return new Worker(new URL('./entry.ts', import.meta.url), { type: 'module', name: 'winnow' });
}

/** URLs as texts, relative ones made absolute: in the Worker they would be relative to its script. */
function portableModel(model: ModelSource): string | Blob {
  if (model instanceof URL) return model.href;
  if (typeof model !== 'string' || typeof document === 'undefined') return model;
  const isPath = model.includes('/') || model.toLowerCase().endsWith('.gguf');
  return isPath && URL.canParse(model, document.baseURI) ? new URL(model, document.baseURI).href : model;
}

/** A call whose answer the type of the interface tells. */
type Ask = <T>(call: Call, signal?: AbortSignal) => Promise<T>;

function remoteEngine(connection: Connection, facts: EngineFacts, end: () => void): Engine {
  const ask: Ask = async <T>(call: Call, signal?: AbortSignal) =>
    // The Worker runs this same package: what it sends as a result is one.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    (await connection.call(call, { signal })) as T;
  let nextConversation = 1;
  let ending: Promise<void> | undefined;

  const short = (method: StreamMethod, input: StreamInput, options: PromptOptions = {}): RemoteGeneration => {
    const call = (): StreamCall => ({
      kind: 'stream',
      method,
      conversation: undefined,
      input: portable(input),
      options: portable(plainOptions(withoutSignal(options))),
    });
    return connection.stream(call, { signal: signalOf(options) });
  };

  return {
    model: facts.model,
    tokenizer: remoteTokenizer(ask),
    conversation: (options) => new RemoteConversation(connection, nextConversation++, options),
    chat: (messages, options) => short('chat', messages, options),
    generate: (prompt, options) => short('generate', prompt, options),
    score: async (ids, options = {}) =>
      ask({ kind: 'score', ids: portable(ids), options: portable(withoutSignal(options)) }, signalOf(options)),
    embed: async (inputs, options = {}) =>
      ask({ kind: 'embed', inputs: portable(inputs), options: portable(withoutSignal(options)) }, signalOf(options)),
    report: () => ask({ kind: 'report' }),
    restore: () => ask({ kind: 'restore' }),
    dispose: () => {
      ending ??= disposeRemote(connection).finally(end);
      return ending;
    },
  };
}

/** How long a Worker may take to give everything back; then it is ended as it is. */
const DISPOSE_MS = 30_000;

async function disposeRemote(connection: Connection): Promise<void> {
  const limit = setTimeout(
    () => connection.close(workerFailed(`The Worker did not answer dispose() within ${DISPOSE_MS / 1000} s.`)),
    DISPOSE_MS,
  );
  try {
    await connection.call({ kind: 'dispose' });
  } catch (error) {
    // A Worker that failed has nothing left to give back.
    if (!(error instanceof WinnowError && error.code === 'worker-failed')) throw error;
  } finally {
    clearTimeout(limit);
  }
}

type StreamCall = Call & { kind: 'stream' };
type StreamInput = StreamCall['input'];

const remoteTokenizer = (ask: Ask): TokenizerApi => ({
  encode: (text, options = {}) => ask({ kind: 'encode', text, options: portable(options) }),
  decode: (ids, options = {}) => ask({ kind: 'decode', ids: portable(ids), options: portable(options) }),
  applyChatTemplate: (messages, options = {}) =>
    ask({ kind: 'template', messages: portable(messages), options: portable(options) }),
});

/** A conversation in the Worker. An error of opening it comes out of its first use. */
class RemoteConversation implements Conversation {
  readonly #connection: Connection;
  readonly #id: number;
  readonly #signal: AbortSignal | undefined;
  #messages: readonly Message[] = [];
  #disposing: Promise<void> | undefined;

  constructor(connection: Connection, id: number, given: ConversationOptions = {}) {
    const options = withoutSignal(given);
    this.#connection = connection;
    this.#id = id;
    this.#signal = signalOf(given);
    if (options.system !== undefined) this.#messages = [{ role: 'system', content: options.system }];
    const plain = { ...plainOptions(options), ...plainMethods(options) };
    connection
      .call({ kind: 'open', conversation: id, options: plain }, { onHistory: this.#onHistory })
      .catch(() => undefined);
  }

  /** Taken to be what a call makes of them, until the Worker tells: when a generation began, and before its `result` settles. */
  get messages(): readonly Message[] {
    return copyPlain(this.#messages);
  }

  send(content: MessageContent, options?: GenerateOptions): RemoteGeneration {
    return this.#stream('send', content, [...this.#messages, { role: 'user', content }], options);
  }

  regenerate(options?: GenerateOptions): RemoteGeneration {
    const last = this.#messages.findLastIndex(({ role }) => role === 'user');
    return this.#stream('regenerate', '', this.#messages.slice(0, last + 1), options);
  }

  chat(messages: readonly Message[], options?: GenerateOptions): RemoteGeneration {
    return this.#stream('chat', messages, messages, options);
  }

  generate(prompt: string | readonly number[], options?: PromptOptions): RemoteGeneration {
    return this.#stream('generate', prompt, this.#messages, options);
  }

  async memory(): Promise<MemoryView> {
    // The Worker runs this same package: what it sends as a result is one.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return (await this.#connection.call({ kind: 'memory', conversation: this.#id })) as MemoryView;
  }

  dispose(): Promise<void> {
    this.#disposing ??= this.#connection.call({ kind: 'close', conversation: this.#id }).then(() => undefined);
    return this.#disposing;
  }

  readonly #onHistory = (history: readonly Message[]): void => {
    this.#messages = history;
  };

  #stream(
    method: StreamMethod,
    input: StreamInput,
    messages: readonly Message[],
    options: PromptOptions = {},
  ): RemoteGeneration {
    const signal = signalOf(options) ?? this.#signal;
    const call = (): StreamCall => ({
      kind: 'stream',
      method,
      conversation: this.#id,
      input: portable(input),
      options: portable(plainOptions(withoutSignal(options))),
    });
    const before = this.#messages;
    let told = false;
    if (areMessages(messages)) this.#messages = copyPlain(messages);
    return this.#connection.stream(call, {
      signal,
      onHistory: (history) => {
        told = true;
        this.#onHistory(history);
      },
      onFail: () => {
        if (!told) this.#messages = before;
      },
    });
  }
}
