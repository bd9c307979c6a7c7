/**
 * The public interface: what an application sees, the same in the page, in Node and across a Worker.
 * Everything that computes or asks the engine is asynchronous, so that the Worker client can keep the interface exactly.
 */

import type {
  MessageContent,
  Message,
  GenerateOptions,
  TokenLogprobs,
  PromptOptions,
  ConversationOptions,
} from './options.ts';
import type { DraftSourceName, SpeculationReport, Report } from './report.ts';

export type * from './options.ts';
export type * from './report.ts';
export type { KvType } from './kv-types.ts';

/** One generated token: its id and the text that became complete with it (often '', never a broken character). */
export interface TokenEvent {
  readonly id: number;
  readonly text: string;
  /** With the option logprobs. */
  readonly logprobs?: TokenLogprobs;
  /** What had drafted it; absent where the model came to it by itself. */
  readonly source?: DraftSourceName;
}

export interface GenerationResult {
  /** New ids, the stop id included. */
  readonly ids: readonly number[];
  /** Their text, without the stop id or stop string. */
  readonly text: string;
  readonly finish: 'stop' | 'length' | 'abort';
  readonly promptTokens: number;
  /** Prompt tokens whose keys and values were already in the cache. */
  readonly cachedTokens: number;
  readonly timeToFirstTokenMs: number;
  /** Decode speed: new tokens after the first, over the time they took. 0 with fewer than two tokens. */
  readonly tokensPerSecond: number;
  readonly seed: number;
  readonly speculation: SpeculationReport;
  /** With the option logprobs: of each id, in order. */
  readonly logprobs?: readonly TokenLogprobs[];
}

/** Streams tokens to one reader; `result` settles when the stream ends, also after an abort (finish 'abort'), and rejects on failure. */
export interface Generation extends AsyncIterable<TokenEvent> {
  readonly result: Promise<GenerationResult>;
}

/** Owns token ids, cache and settings; turns reuse the cached prefix. */
export interface Conversation {
  /** A copy of the messages so far, the last answer included once it has ended. */
  readonly messages: readonly Message[];
  /** Adds a user message and answers it. */
  send(content: MessageContent, options?: GenerateOptions): Generation;
  /** Answers the last user message again, in place of the last answer. */
  regenerate(options?: GenerateOptions): Generation;
  /** Replaces the history; the common prefix of ids stays cached. The last message may not be the assistant's. */
  chat(messages: readonly Message[], options?: GenerateOptions): Generation;
  /** Continues raw text or ids, without the chat template. */
  generate(prompt: string | readonly number[], options?: PromptOptions): Generation;
  /** What the cache holds of it now; reading it waits for the steps in flight. */
  memory(): Promise<MemoryView>;
  dispose(): Promise<void>;
}

/** What a KV head holds: the positions of its slots, ascending, and what attention noted down about each, where it does. */
export interface HeadMemory {
  readonly positions: readonly number[];
  readonly mass?: readonly number[];
}

/** The cache of a conversation, as it was when it was read. */
export interface MemoryView {
  /** Tokens that were computed, evicted ones included. */
  readonly tokens: number;
  /** Their ids, by position in the text. */
  readonly ids: readonly number[];
  /** Bytes of the pages that hold them, and what all tokens would take stored alike. */
  readonly bytes: number;
  readonly fullBytes: number;
  /** [layer][KV head]. With rank positions these are places in the cache, not in the text. */
  readonly layers: readonly (readonly HeadMemory[])[];
}

export interface TokenizeOptions {
  /** Parse special tokens such as <|im_end|> in the text to their ids. Default false. */
  readonly special?: boolean;
  /** Begin with the beginning-of-text token where the model's raw texts have one. Default false. */
  readonly bos?: boolean;
}

export interface ChatTemplateOptions {
  /** End where the assistant's answer begins. Default true. */
  readonly addGenerationPrompt?: boolean;
  /** Which of the file's chat templates. Default: 'tool_use' where tools are given and the file has it, else 'default'. */
  readonly template?: string;
  /** Tools as JSON Schemas, for templates that show them to the model. */
  readonly tools?: readonly unknown[];
  /** Documents, for templates that show them to the model. */
  readonly documents?: readonly unknown[];
  /** A text that was `rendered` before and that this chat goes on from: only the ids of what follows it are wanted. */
  readonly after?: string;
}

export interface TokenizerApi {
  encode(text: string, options?: TokenizeOptions): Promise<number[]>;
  decode(ids: readonly number[], options?: { readonly skipSpecial?: boolean }): Promise<string>;
  /**
   * Renders messages through the file's chat template and tokenises the result. Markers are parsed where the template writes
   * them; in the texts of messages, tools and documents they are plain text.
   */
  applyChatTemplate(
    messages: readonly Message[],
    options?: ChatTemplateOptions,
  ): Promise<{ ids: number[]; rendered: string }>;
}

export interface ScoreOptions {
  /** Window length; default: all ids in one window (they must fit the context). */
  readonly context?: number;
  /** How far a window moves; default context / 2. */
  readonly stride?: number;
  /** Rows whose logits are wanted; -1 is the last. One window only. */
  readonly logits?: readonly number[];
  /** How many of the highest logits of each wanted row. Default 20. */
  readonly top?: number;
  readonly signal?: AbortSignal;
}

export interface EmbedOptions {
  /** How the states of a text's tokens become its embedding. Default: as the file says, else mean for encoders, last for decoders. */
  readonly pooling?: 'mean' | 'cls' | 'last';
  /** Divide each by its length. Default true. */
  readonly normalize?: boolean;
  /** Only the first so many numbers, for models whose embeddings may be cut (before they are normalised). Default: all. */
  readonly dimensions?: number;
  readonly signal?: AbortSignal;
}

export interface EmbedResult {
  readonly embeddings: readonly (readonly number[])[];
  /** Numbers of each. */
  readonly dimensions: number;
  /** Of all texts, beginnings and ends counted. */
  readonly tokens: number;
}

export interface RowLogits {
  readonly position: number;
  readonly logsumexp: number;
  /** [id, logit], highest first, ties to the lower id. */
  readonly top: readonly (readonly [number, number])[];
}

export interface ScoreResult {
  /** How many targets were scored. */
  readonly tokens: number;
  /** Mean negative log-likelihood in nats per target. */
  readonly nll: number;
  readonly perplexity: number;
  /** NLL of each scored target, in order. */
  readonly nlls: readonly number[];
  readonly logits: readonly RowLogits[];
}

export interface Engine {
  readonly tokenizer: TokenizerApi;
  /** Facts of the model: its name, most tokens of a conversation, vocabulary size, and whether it has a chat template. */
  readonly model: {
    readonly name: string;
    readonly context: number;
    readonly vocab: number;
    readonly hasChatTemplate: boolean;
  };
  conversation(options?: ConversationOptions): Conversation;
  chat(messages: readonly Message[], options?: GenerateOptions): Generation;
  generate(prompt: string | readonly number[], options?: PromptOptions): Generation;
  score(ids: readonly number[], options?: ScoreOptions): Promise<ScoreResult>;
  /**
   * Embeddings of texts, by an encoder or a decoder; several short ones share a step. Texts get the beginning and the end that the
   * file asks for, ids are taken as they are.
   */
  embed(inputs: readonly (string | readonly number[])[], options?: EmbedOptions): Promise<EmbedResult>;
  report(): Promise<Report>;
  /** After a lost device: a new device, weights from storage, conversations replayed when they go on. */
  restore(): Promise<void>;
  /** Ends what runs and gives all GPU memory back. */
  dispose(): Promise<void>;
}
