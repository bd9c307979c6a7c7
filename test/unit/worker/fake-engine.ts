import { contentText } from '../../../src/core/messages.ts';
import { abortedError, UsageError } from '../../../src/core/errors.ts';
import type {
  Conversation,
  ConversationOptions,
  RowLogits,
  ScoreOptions,
  Engine,
  GenerateOptions,
  Generation,
  GenerationResult,
  Message,
  Report,
  TokenEvent,
} from '../../../src/core/api.ts';

/** A promise that the test settles. */
export interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

export function gate(): Gate {
  const opening: (() => void)[] = [];
  const opened = new Promise<void>((resolve) => opening.push(resolve));
  return { opened, open: () => opening[0]?.() };
}

/** What a test may look at, and what it decides. */
export interface FakeLog {
  /** Tokens that the engine has handed out, of all generations. */
  produced: number;
  disposed: number;
  optionsSeen: GenerateOptions[];
  prompts: string[];
  /** The time to the first token that a generation reports, by its number from 1 on. */
  firstTokenMs: (run: number) => number;
  scoreOptions: ScoreOptions | undefined;
  conversationOptions: ConversationOptions | undefined;
  /** Awaited before every token. */
  beforeToken: () => Promise<void>;
}

export const newLog = (): FakeLog => ({
  produced: 0,
  disposed: 0,
  optionsSeen: [],
  prompts: [],
  firstTokenMs: () => 1,
  scoreOptions: undefined,
  conversationOptions: undefined,
  beforeToken: () => Promise.resolve(),
});

/** Gives the ids 0, 1, 2, … up to `maxTokens`, pulled by its reader; 'fail' as prompt makes it fail at the third. */
function fakeGeneration(
  log: FakeLog,
  prompt: string,
  options: GenerateOptions = {},
  onEnd?: (text: string) => void,
): Generation {
  log.optionsSeen.push(options);
  log.prompts.push(prompt);
  const timeToFirstTokenMs = log.firstTokenMs(log.prompts.length);
  const { maxTokens = 5, signal } = options;
  const ids: number[] = [];
  let settle: { resolve(result: GenerationResult): void; reject(error: unknown): void } | undefined;
  const result = new Promise<GenerationResult>((resolve, reject) => (settle = { resolve, reject }));
  result.catch(() => undefined);
  const end = (finish: GenerationResult['finish']): void => {
    const text = ids.map((id) => `${prompt}${id} `).join('');
    onEnd?.(text);
    settle?.resolve({
      ids,
      text,
      finish,
      promptTokens: prompt.length,
      cachedTokens: 0,
      timeToFirstTokenMs,
      tokensPerSecond: 2,
      seed: 3,
      speculation: {
        source: 'none',
        steps: 1,
        tokensPerStep: 1,
        proposed: 0,
        accepted: 0,
        byDepth: [],
        bySource: {},
        lossless: true,
      },
    });
  };
  async function* tokens(): AsyncGenerator<TokenEvent> {
    try {
      for (let id = 0; id < maxTokens; id++) {
        await log.beforeToken();
        if (signal?.aborted) break;
        if (prompt === 'fail' && id === 2) {
          throw new UsageError({
            code: 'usage-empty',
            happened: 'It failed.',
            expected: 'No failure.',
            todo: 'Stop.',
            cause: log,
          });
        }
        log.produced++;
        ids.push(id);
        yield { id, text: `${prompt}${id} ` };
      }
      end(signal?.aborted ? 'abort' : 'length');
    } catch (error) {
      settle?.reject(error);
      throw error;
    }
  }
  const iterator = tokens();
  return { result, [Symbol.asyncIterator]: () => iterator };
}

function fakeConversation(log: FakeLog, { system, ...settings }: ConversationOptions = {}): Conversation {
  if (system === 'refused')
    throw new UsageError({ code: 'usage-option', happened: 'Refused.', expected: 'Another.', todo: 'Change it.' });
  let messages: Message[] = system === undefined ? [] : [{ role: 'system', content: system }];
  const answer = (options?: GenerateOptions): Generation =>
    fakeGeneration(log, contentText(messages.at(-1)?.content ?? ''), { ...settings, ...options }, (content) => {
      messages = [...messages, { role: 'assistant', content }];
    });
  return {
    get messages() {
      return messages;
    },
    send(content, options) {
      messages = [...messages, { role: 'user', content }];
      return answer(options);
    },
    regenerate(options) {
      messages = messages.slice(0, -1);
      return answer(options);
    },
    chat(history, options) {
      messages = [...history];
      return answer(options);
    },
    generate: (prompt, options) => fakeGeneration(log, typeof prompt === 'string' ? prompt : prompt.join('+'), options),
    memory: async () => ({ tokens: messages.length, ids: [], bytes: 0, fullBytes: 0, layers: [] }),
    dispose: async () => {
      log.disposed++;
    },
  };
}

export function fakeEngine(log: FakeLog): Engine {
  return {
    model: { name: 'fake', context: 64, vocab: 10, hasChatTemplate: true },
    tokenizer: {
      encode: async (text, options) => Array.from({ length: text.length }, (_, i) => (options?.special ? -i : i)),
      decode: async (ids) => {
        if (ids.includes(99))
          throw new UsageError({
            code: 'usage-ids',
            happened: 'An id is 99.',
            expected: 'Others.',
            todo: 'Change it.',
          });
        return ids.join();
      },
      applyChatTemplate: async (messages, { addGenerationPrompt = true } = {}) => ({
        ids: [messages.length],
        rendered: messages.map(({ content }) => contentText(content)).join() + (addGenerationPrompt ? '+' : ''),
      }),
    },
    conversation: (options) => {
      log.conversationOptions = options;
      return fakeConversation(log, options);
    },
    chat: (messages, options) => fakeGeneration(log, `chat:${contentText(messages.at(-1)?.content ?? '')}`, options),
    generate: (prompt, options) => fakeGeneration(log, typeof prompt === 'string' ? prompt : prompt.join('+'), options),
    async score(ids, options = {}) {
      log.scoreOptions = options;
      await log.beforeToken();
      if (options.signal?.aborted) throw abortedError();
      const logits: RowLogits[] = [{ position: 2, logsumexp: 1, top: [[5, 0.25]] }];
      return { tokens: ids.length, nll: 0.5, perplexity: Math.exp(0.5), nlls: [0.5], logits };
    },
    async embed(inputs, { normalize = true, signal } = {}) {
      await log.beforeToken();
      if (signal?.aborted) throw abortedError();
      const embeddings = inputs.map(({ length }) => [normalize ? 1 : length]);
      return { embeddings, dimensions: 1, tokens: inputs.length };
    },
    report: async () => fakeReport(),
    restore: async () => {
      throw new TypeError('no such device');
    },
    dispose: async () => {
      log.disposed++;
    },
  };
}

export const fakeReport = (): Report => ({
  version: '0',
  adapter: { vendor: 'v', architecture: 'a', device: 'd', description: 'e', features: ['subgroups'] },
  featuresUsed: [],
  featuresDisabled: [],
  model: { name: 'fake', architecture: 'llama', layers: 1, context: 64, fileBytes: 1 },
  precision: { weights: { q4_1: 1 }, activations: 'f32', cache: 'f16' },
  kernels: {},
  bytes: { weights: 1, cache: 2, activations: 3, total: 6, peak: 7 },
  buffers: 1,
  perToken: { dispatches: 10, dispatchesPerLayer: 5, bindGroupsCreated: 0, buffersCreated: 0, bytesWritten: 4 },
  cache: { pages: 1, pageSlots: 64, slotsUsed: 0, capacity: 64, growths: 0, shrinks: 0, peakBytes: 0 },
  conversations: [],
  steps: { prefill: 1, decode: 2, rolledBack: 0, maxInFlight: 3 },
  range: { scaled: [], ended: [] },
  load: { milliseconds: 1, repackedTensors: 1 },
  tuning: { source: 'table', milliseconds: 0, complete: true, choices: [] },
  selfTest: { kernels: 0, milliseconds: 0, notCompared: [] },
  fallbacks: [],
});
