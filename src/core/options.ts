/** What a caller gives: messages, and the options of engines, conversations and generations. */

import type { Constraint, ConstraintSpec } from './constraint.ts';
import type { KvType } from './kv-types.ts';
import type { MethodSpec } from './method-spec.ts';

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
