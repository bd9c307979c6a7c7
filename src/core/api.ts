/**
 * The public interface: what an application sees, the same in the page, in Node and across a Worker.
 * Everything that computes or asks the engine is asynchronous, so that the Worker client can keep the interface exactly.
 */

import type { Constraint, ConstraintSpec } from './constraint.ts';
import type { KvType } from './kv-types.ts';
import type { MethodSpec } from './method-spec.ts';

export type { KvType };

/** A stretch of a message's text. */
export interface TextPart {
  readonly type: 'text';
  readonly text: string;
  /** Parse the model's markers in it, such as <|im_end|>, as if its template had written them. Default false: they are plain text. */
  readonly trusted?: boolean;
}

/** A text, or parts of one, which the template gets as one text. */
export type MessageContent = string | readonly TextPart[];

/** A chat message as the model's template sees it; further fields are given to the template as they are. */
export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: MessageContent;
  readonly name?: string;
  /** What the model thought before it answered. */
  readonly reasoning_content?: string;
  /** Calls of tools, in the form that the model's template reads. */
  readonly tool_calls?: readonly unknown[];
}

/** A message whose content is one text. */
export interface TextMessage extends Message {
  readonly content: string;
}

/** Where a model file comes from: a path (Node), a URL, a name in the manifest, or the file itself. */
export type ModelSource = string | URL | Blob;

/** WebGPU features that can be switched off, so that one adapter can run every kernel variant. */
export type OptionalFeature = 'shader-f16' | 'subgroups';

/** 'wait': another tab of this site works on the same file. */
export type LoadStage =
  | 'wait'
  | 'download'
  | 'check'
  | 'header'
  | 'tokenizer'
  | 'tune'
  | 'upload'
  | 'compile'
  | 'ready';

export interface LoadProgress {
  readonly stage: LoadStage;
  /** Bytes done and to do in this stage; both 0 where bytes do not apply. */
  readonly loadedBytes: number;
  readonly totalBytes: number;
}

/** What a cache keeps: a value of `evict()` (winnow-llm/cache), its spec, or text such as 'h2o:budget=512'. */
export type CacheOption = string | MethodSpec | { readonly spec: MethodSpec };

/** Which slots rows attend to: a value of winnow-llm/attention, its spec, or text such as 'quest:pages=32'. */
export type AttentionOption = string | MethodSpec;

/** What drafts tokens ahead: a value of winnow-llm/decoding, its spec, or text such as 'token-recycling:nodes=16'. */
export type DecodingOption = string | MethodSpec;

/** What a conversation does to its cache and its attention, and how it decodes. Approximations are those of cache and attention, but for the defaults. */
export interface MethodOptions {
  /** What is kept of the cache; 'none' = all. Default: all. */
  readonly cache?: CacheOption;
  /** Which slots rows read, in prompts and in decoding; 'none' = all. Default: all. */
  readonly attention?: AttentionOption | { readonly prefill?: AttentionOption; readonly decode?: AttentionOption };
  /** How keys and values are stored. Default 'f16' (packed, on every adapter). */
  readonly kv?: KvType;
  /** What drafts the tokens that a step verifies at once; 'none' = a token a step. It changes how fast an answer comes, not which. Default 'none'. */
  readonly decoding?: DecodingOption;
}

/** `cache`, `attention`, `kv` and `decoding` are the defaults of its conversations. */
export interface EngineOptions extends MethodOptions {
  readonly model: ModelSource;
  /** A device of the caller's; it is never destroyed. Without it the engine asks for one of its own. */
  readonly device?: GPUDevice;
  /** Only adapters whose vendor, architecture or description contains this text (case-insensitive) are taken. */
  readonly adapter?: string;
  /** Most tokens a conversation may hold. Default: the model's trained length, at most 4096. */
  readonly context?: number;
  readonly disable?: readonly OptionalFeature[];
  /**
   * In what numbers the rows of prompts (more than 8 at once) are multiplied with the weights; sums are f32. 'f16' and
   * 'int8' are approximations and faster on some GPUs; single tokens are always computed in f32. Default 'f32'.
   */
  readonly activations?: 'f32' | 'f16' | 'int8';
  /**
   * Measure, at the first load on a device and for about a second, which kernel shapes are fastest there. Default true.
   * Software adapters have stored shapes and are never measured.
   */
  readonly autotune?: boolean;
  readonly onProgress?: (progress: LoadProgress) => void;
  readonly signal?: AbortSignal;
}

export interface SamplingOptions {
  /** 0 takes the most likely token. */
  readonly temperature?: number;
  /** 0 = off. */
  readonly topK?: number;
  /** 1 = off. */
  readonly topP?: number;
  /** 0 = off. */
  readonly minP?: number;
  /** 1 = off; counts prompt and output. */
  readonly repetitionPenalty?: number;
  /** 0 = off; counts output only. */
  readonly presencePenalty?: number;
  /** 0 = off; counts output only. */
  readonly frequencyPenalty?: number;
  /** An integer from 0 to 2^32 - 1. Default: a new one for each conversation, told in the result. */
  readonly seed?: number;
}

export interface GenerateOptions extends SamplingOptions {
  /** Most new tokens. Default: what the context leaves. */
  readonly maxTokens?: number;
  /** The text ends before the first of these that appears. */
  readonly stop?: readonly string[];
  /** Go on through the model's end-of-turn tokens. */
  readonly ignoreEos?: boolean;
  /**
   * Tell the log-probability of every token, and of so many of the likeliest ones beside it (0 to 20). They are those of
   * the model after penalties and mask, before temperature, top-k, top-p and min-p. Default: not told, which costs nothing.
   */
  readonly logprobs?: number;
  /**
   * What may come next at each place: `choice([…])` and others of `winnow-llm/constraints`, or the spec of one. Each token
   * then waits for the one before it to be read.
   */
  readonly constraint?: Constraint | ConstraintSpec;
  readonly signal?: AbortSignal;
}

/** A token's log-probability in nats, and the likeliest tokens at its place: [id, log-probability], ties to the lower id. */
export interface TokenLogprobs {
  readonly logprob: number;
  readonly top: readonly (readonly [number, number])[];
}

/** Options of raw text. */
export interface PromptOptions extends GenerateOptions {
  /** Parse the model's markers in the prompt's text, such as <|im_end|>, to their ids. Default false: they are plain text. */
  readonly special?: boolean;
}

/** A conversation's methods hold for its whole life. */
export interface ConversationOptions extends GenerateOptions, MethodOptions {
  /** The system message that opens the conversation. */
  readonly system?: string;
  /** Which of the file's chat templates, where it has several. */
  readonly template?: string;
}

/** One generated token: its id and the text that became complete with it (often '', never a broken character). */
export interface TokenEvent {
  readonly id: number;
  readonly text: string;
  /** With the option logprobs. */
  readonly logprobs?: TokenLogprobs;
  /** What had drafted it; absent where the model came to it by itself. */
  readonly source?: DraftSourceName;
}

/** What a token was drafted by: 'matrix', the successors that tokens had before; 'history', what followed in the text before. */
export type DraftSourceName = 'matrix' | 'history';

/** What became of drafts. A step gives one token of its own, and those drafts that came true. */
export interface SpeculationReport {
  /** What drafted, as text; 'none' = nothing. */
  readonly source: string;
  /** Steps behind the prompt's, and tokens that each gave on average; 1 without drafts. */
  readonly steps: number;
  readonly tokensPerStep: number;
  /** Tokens that were drafted, and those of them that came true. */
  readonly proposed: number;
  readonly accepted: number;
  /** In how many steps at least one draft came true, at least two in a row, and so on. */
  readonly byDepth: readonly number[];
  /** The accepted ones by what drafted them. */
  readonly bySource: Readonly<Partial<Record<DraftSourceName, number>>>;
  /** Whether the tokens are those of plain decoding. */
  readonly lossless: boolean;
  /** Why nothing was drafted, or nothing is drafted any more, although the conversation is to. */
  readonly why?: string;
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

export interface AdapterReport {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  readonly features: readonly string[];
}

/** How the shapes of the matrix kernels were chosen. */
export interface TuningReport {
  /**
   * 'table': this kind of adapter has stored shapes; 'off': the option autotune is false; 'kept': measured in an earlier
   * load; 'measured': in this one.
   */
  readonly source: 'table' | 'off' | 'kept' | 'measured';
  readonly milliseconds: number;
  /** False when the time was up before every candidate had its turn; the rest have their turn at the next load. */
  readonly complete: boolean;
  readonly choices: readonly {
    /** 'gate-up 3072x576 Q4_1'. */
    readonly shape: string;
    readonly kernels: string;
    /** Candidates that were timed in this load. */
    readonly tried: number;
    /** How many times faster than the unmeasured default. */
    readonly gain: number;
  }[];
}

/** A conversation that holds some of the cache. Slots are those of a KV head, on average over the layers. */
export interface ConversationReport {
  /** Its methods as text; 'none' where all is kept and all is read. */
  readonly cache: string;
  readonly attention: { readonly prefill: string; readonly decode: string };
  readonly kv: KvType;
  /** What became of the drafts of its answers. */
  readonly speculation: SpeculationReport;
  /** Tokens computed, and slots that are still there. */
  readonly tokens: number;
  readonly slotsKept: number;
  readonly slotsEvicted: number;
  /** Most slots that a decoding row reads where a selection chooses them. */
  readonly slotsSelected: number | undefined;
  /** Of the pages it holds, now and at most. */
  readonly bytes: number;
  readonly peakBytes: number;
  /** How often slots were evicted, and after how many tokens last. */
  readonly cuts: number;
  readonly lastCutAt: number | undefined;
  /** How often it was computed again from the start, because what was evicted was wanted back. */
  readonly restarts: number;
  /** Whether it was disposed since, and its memory given back. */
  readonly disposed: boolean;
}

/** Keys or values of a KV head that caches of kv 'f16' hold times 2^exponent, because halves would cut them off or round them away. */
export interface ScaledRange {
  readonly layer: number;
  readonly kvHead: number;
  readonly what: 'keys' | 'values';
  readonly exponent: number;
}

/** An answer or a score that ended because numbers were NaN, infinite or too large for the cache. */
export interface EndedRange {
  readonly what: 'logits' | 'cache';
  /** Of the cache: the first layer, and how many pairs of elements of queries, keys and values in all layers. */
  readonly layer?: number;
  readonly pairs?: number;
}

/** What really ran. */
export interface Report {
  readonly version: string;
  readonly adapter: AdapterReport;
  readonly featuresUsed: readonly string[];
  readonly featuresDisabled: readonly string[];
  readonly model: {
    readonly name: string;
    readonly architecture: string;
    readonly layers: number;
    readonly context: number;
    readonly fileBytes: number;
  };
  readonly precision: {
    readonly weights: Readonly<Record<string, number>>;
    /** Of prompts; single tokens are computed in f32. */
    readonly activations: 'f32' | 'f16' | 'int8';
    readonly cache: KvType;
  };
  /** Kernel name -> variant in words, for every pipeline that was used. */
  readonly kernels: Readonly<Record<string, string>>;
  readonly bytes: {
    readonly weights: number;
    readonly cache: number;
    readonly activations: number;
    readonly total: number;
    readonly peak: number;
  };
  readonly buffers: number;
  readonly perToken: {
    readonly dispatches: number;
    readonly dispatchesPerLayer: number;
    readonly bindGroupsCreated: number;
    readonly buffersCreated: number;
    readonly bytesWritten: number;
  };
  readonly cache: {
    readonly pages: number;
    readonly pageSlots: number;
    readonly slotsUsed: number;
    readonly capacity: number;
    readonly growths: number;
    /** How often memory was given back after a long prompt was cut. */
    readonly shrinks: number;
    readonly peakBytes: number;
  };
  /** What the methods did in the conversations that hold some of the cache, after those of the last eight that were disposed. */
  readonly conversations: readonly ConversationReport[];
  readonly steps: {
    readonly prefill: number;
    readonly decode: number;
    readonly rolledBack: number;
    readonly maxInFlight: number;
  };
  /** Numbers that halves do not hold as they are, and what ended because numbers went out of range; both mostly empty. */
  readonly range: { readonly scaled: readonly ScaledRange[]; readonly ended: readonly EndedRange[] };
  readonly load: { readonly milliseconds: number; readonly repackedTensors: number };
  readonly tuning: TuningReport;
  /** Kernels compared with the CPU before their first use, and what that took; one that was wrong is among the fallbacks. */
  readonly selfTest: {
    readonly kernels: number;
    readonly milliseconds: number;
    /** Kernels in use that were not compared, each with the reason. */
    readonly notCompared: readonly string[];
  };
  /** Every fallback that was taken, and why. */
  readonly fallbacks: readonly string[];
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
