/**
 * A stand-in for the package in tests of the page alone: the same interface, no GPU, and answers that the question asks for.
 * The file name in a model's address chooses how loading goes, a word of the question how answering goes.
 */

import { contentText } from '../../../src/core/messages.ts';
import type {
  Conversation,
  ConversationOptions,
  Engine,
  EngineOptions,
  GenerateOptions,
  Generation,
  GenerationResult,
  Message,
  Report,
  TokenEvent,
} from '../../../src/core/api.ts';
import type { StoredFile } from '../../../src/weights/storage.ts';
import { counts, decodeWords, encodeWords, scriptedMemory } from './scripted-memory.ts';
import { SCRIPTED_FILE_BYTES, scriptedReport } from './scripted-report.ts';
import { abortedError, DeviceLostError, MemoryError, ModelFileError } from '../../../src/core/errors.ts';

export * from '../../../src/core/errors.ts';

/** What the stand-in keeps: the addresses that were loaded in this tab. */
const KEPT = 'scripted-kept';
const kept = (): StoredFile[] => JSON.parse(sessionStorage.getItem(KEPT) ?? '[]') as StoredFile[];
const keep = (file: StoredFile): void =>
  sessionStorage.setItem(KEPT, JSON.stringify([...kept().filter(({ url }) => url !== file.url), file]));
export const askPersistence = async (): Promise<boolean> => false;
export const listStored = async (): Promise<StoredFile[]> => kept();
export async function removeStored(url: string): Promise<boolean> {
  sessionStorage.setItem(KEPT, JSON.stringify(kept().filter((file) => file.url !== url)));
  return true;
}

const BYTES = SCRIPTED_FILE_BYTES;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The benchmark's stand-in makes no engine. */
export const createEngine = (): Promise<never> =>
  Promise.reject(new Error('The stand-in has no engine for this thread.'));

export async function createWorkerEngine(options: EngineOptions): Promise<Engine> {
  const scenario = typeof options.model === 'string' ? (options.model.split('/').at(-1) ?? '') : '';
  if (scenario === 'broken.gguf') {
    throw new ModelFileError({
      code: 'gguf-not-gguf',
      happened: 'The file begins with “<!do”, not with “GGUF”.',
      expected: 'A model file begins with the four bytes “GGUF”.',
      todo: 'Check the address: it may lead to a web page about the model instead of the file.',
    });
  }
  if (scenario === 'slow.gguf') {
    for (let loadedBytes = 1e6; loadedBytes < 42e6; loadedBytes += 1e6) {
      options.onProgress?.({ stage: 'download', loadedBytes, totalBytes: BYTES });
      if (options.signal?.aborted) throw abortedError();
      keep({ url: options.model as string, bytes: loadedBytes, complete: false, sha256: undefined });
      await pause(20);
    }
    await new Promise((_resolve, reject) => {
      options.signal?.addEventListener('abort', () => reject(abortedError()));
      if (options.signal?.aborted) reject(abortedError());
    });
  }
  for (const stage of ['header', 'tokenizer', 'upload', 'compile', 'ready'] as const) {
    options.onProgress?.({ stage, loadedBytes: 0, totalBytes: 0 });
    await pause(5);
  }
  if (typeof options.model === 'string') keep({ url: options.model, bytes: BYTES, complete: true, sha256: undefined });
  return new ScriptedEngine(scenario, options);
}

class ScriptedEngine implements Engine {
  readonly model;
  readonly #state: { losesDevice: boolean; lost: boolean };
  readonly #options: EngineOptions;

  constructor(scenario: string, options: EngineOptions) {
    this.model = {
      name: scenario,
      context: options.context ?? 2048,
      vocab: 49_152,
      hasChatTemplate: scenario !== 'plain.gguf',
    };
    this.#state = { losesDevice: scenario === 'lost.gguf', lost: false };
    this.#options = options;
  }
  readonly tokenizer = {
    encode: async (text: string): Promise<number[]> => encodeWords(text),
    decode: async (ids: readonly number[]): Promise<string> => decodeWords(ids),
    applyChatTemplate: async (): Promise<{ ids: number[]; rendered: string }> => ({ ids: [], rendered: '' }),
  };
  conversation(options?: ConversationOptions): Conversation {
    return scriptedConversation(this.#state, options);
  }
  chat(messages: readonly Message[], options?: GenerateOptions): Generation {
    return this.conversation().chat(messages, options);
  }
  generate(prompt: string | readonly number[], options?: GenerateOptions): Generation {
    return this.conversation().generate(prompt, options);
  }
  score(): Promise<never> {
    throw new Error('The page does not score.');
  }
  embed(): Promise<never> {
    throw new Error('The page does not embed.');
  }
  async report(): Promise<Report> {
    return scriptedReport(this.#options);
  }
  async restore(): Promise<void> {
    await pause(50);
    this.#state.lost = false;
    this.#state.losesDevice = false;
  }
  async dispose(): Promise<void> {}
}

function scriptedConversation(
  device: { losesDevice: boolean; lost: boolean },
  defaults: ConversationOptions = {},
): Conversation {
  let messages: Message[] = [];
  counts.openConversations = (counts.openConversations ?? 0) + 1;
  const answer = (next: Message[], how: string, options: GenerateOptions = {}): Generation => {
    const question = contentText(next.at(-1)?.content ?? '');
    const history = next.map(({ role, content }) => `${role}: ${contentText(content)}`).join(' | ');
    messages = next;
    const text = question.includes('describe the call')
      ? `${how} ${history} ${JSON.stringify({ ...options, signal: undefined })}`
      : reply(question);
    return generation(text, question, { ...defaults, ...options }, device, (said) => {
      messages = [...next, { role: 'assistant', content: said }];
    });
  };
  return {
    get messages() {
      return messages;
    },
    send: (content, options) => answer([...messages, { role: 'user', content }], 'send', options),
    regenerate: (options) => answer(messages.slice(0, -1), 'regenerate', options),
    chat: (next, options) => answer([...next], 'chat', options),
    generate: (prompt, options) => answer([{ role: 'user', content: String(prompt) }], 'generate', options),
    memory: () => scriptedMemory(messages, defaults),
    async dispose() {
      counts.openConversations! -= 1;
    },
  };
}

function generation(
  text: string,
  question: string,
  options: GenerateOptions,
  device: { losesDevice: boolean; lost: boolean },
  ended: (text: string) => void,
): Generation {
  const words = text.match(/\S*\s*/g)?.filter(Boolean) ?? [];
  let resolve!: (result: GenerationResult) => void;
  let reject!: (error: unknown) => void;
  const result = new Promise<GenerationResult>((whenDone, whenFailed) => {
    resolve = whenDone;
    reject = whenFailed;
  });
  async function* run(): AsyncGenerator<TokenEvent> {
    let said = '';
    let count = 0;
    const finish = (how: GenerationResult['finish']): void => {
      ended(said);
      resolve({
        ids: Array.from({ length: count }, (_, index) => index),
        text: said,
        finish: how,
        promptTokens: 31,
        cachedTokens: 12,
        timeToFirstTokenMs: 180,
        tokensPerSecond: 62.08,
        seed: options.seed ?? 7,
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
    try {
      for (const word of words) {
        await pause(question.includes('slowly') ? 50 : 2);
        if (options.signal?.aborted) {
          finish('abort');
          return;
        }
        if (device.losesDevice && count === 3) device.lost = true;
        if (device.lost) throw deviceLost();
        if (question.includes('overflow')) throw overflow();
        if (count === (options.maxTokens ?? Number.POSITIVE_INFINITY)) {
          finish('length');
          return;
        }
        said += word;
        yield { id: count++, text: word };
      }
      finish('stop');
    } catch (error) {
      reject(error);
      throw error;
    }
  }
  const tokens = run();
  return { result, [Symbol.asyncIterator]: () => tokens };
}

const reply = (question: string): string => {
  if (question.includes('markdown')) return MARKDOWN;
  if (question.includes('slowly')) return 'word '.repeat(400);
  return `You said: ${question}`;
};

const MARKDOWN = `## Three ways to reverse

A *short* list, with \`inline code\`, and a [link](https://example.org/page):

1. slicing
2. \`reversed()\`
   - an inner point

\`\`\`python
def reverse_words(sentence: str) -> str:
    """Reverses the words of a sentence, and this line is long enough that it has to scroll on a phone."""
    return ' '.join(reversed(sentence.split()))
\`\`\`

| method | time | note |
|---|--:|:-:|
| slicing | 1.2 | fast |
| reversed | 3.4 | lazy |

> A quotation.

<img src=x onerror="document.title='broken in'"> ![a picture](https://example.org/track.png) [bad](javascript:alert(1))

Done.`;

const deviceLost = (): DeviceLostError =>
  new DeviceLostError({
    code: 'device-lost',
    happened: 'The GPU device was lost: its driver was reset.',
    expected: 'The device stays while the engine is in use.',
    todo: 'Restore the engine: the model is loaded again from storage.',
  });

const overflow = (): MemoryError =>
  new MemoryError({
    code: 'context-overflow',
    happened: 'The conversation has 2,311 tokens, and the context holds 2,048.',
    expected: 'Prompt and answer must fit the context together.',
    todo: 'Start a new chat, or load the model with a larger context.',
  });
