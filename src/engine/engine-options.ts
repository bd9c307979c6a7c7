import type {
  ConversationOptions,
  EmbedOptions,
  EngineOptions,
  GenerateOptions,
  OptionalFeature,
  PromptOptions,
  ScoreOptions,
} from '../core/api.ts';
import {
  aFunction,
  aSignal,
  aText,
  checkedLater,
  checkOptions,
  checkValue,
  expected,
  integerFrom,
  isObject,
  oneOf,
  trueOrFalse,
  type OptionTable,
} from '../core/check-options.ts';
import { UsageError } from '../core/errors.ts';
import { KV_TYPES } from '../core/kv-types.ts';
import { OPTIONAL_FEATURES } from '../core/option-names.ts';
import { MAX_ALTERNATIVES } from '../kernels/sampling/log-probs.ts';

/** The most tokens of a conversation unless the caller asks for more. */
export const DEFAULT_CONTEXT = 4096;

const aModel = expected(
  'A model is a path (Node), a URL, a name of the manifest, or a File or Blob.',
  (value) =>
    (typeof value === 'string' && value !== '') ||
    value instanceof URL ||
    (typeof Blob !== 'undefined' && value instanceof Blob),
);
const aMethod = expected('A method, its spec, or its text.', (value) => typeof value === 'string' || isObject(value));
const kv = oneOf(KV_TYPES, `One of ${KV_TYPES.join(', ')}.`);
const aContext = integerFrom(2, Number.MAX_SAFE_INTEGER, 'An integer of at least 2 tokens.');

const ENGINE: OptionTable<EngineOptions> = {
  model: aModel,
  device: expected('A GPUDevice.', isObject),
  adapter: aText,
  context: aContext,
  cache: aMethod,
  attention: aMethod,
  kv,
  decoding: aMethod,
  disable: expected(
    `A list of features that can be switched off: ${OPTIONAL_FEATURES.join(', ')}.`,
    (value) => Array.isArray(value) && value.every((feature) => OPTIONAL_FEATURES.includes(feature as OptionalFeature)),
  ),
  activations: oneOf(['f32', 'f16', 'int8'], '"f32", "f16" or "int8".'),
  autotune: trueOrFalse,
  onProgress: aFunction,
  signal: aSignal,
};

/** Numbers of sampling are checked with the defaults that they replace. */
const GENERATE: OptionTable<GenerateOptions> = {
  temperature: checkedLater,
  topK: checkedLater,
  topP: checkedLater,
  minP: checkedLater,
  repetitionPenalty: checkedLater,
  presencePenalty: checkedLater,
  frequencyPenalty: checkedLater,
  seed: checkedLater,
  maxTokens: checkedLater,
  stop: expected('A list of texts, each with at least one character.', (value) => isListOf(value, isStop)),
  ignoreEos: trueOrFalse,
  logprobs: integerFrom(0, MAX_ALTERNATIVES, `An integer from 0 to ${MAX_ALTERNATIVES}.`),
  constraint: expected('A constraint of winnow-llm/constraints, or its spec.', isObject),
  signal: aSignal,
};

const PROMPT: OptionTable<PromptOptions> = { ...GENERATE, special: trueOrFalse };

const CONVERSATION: OptionTable<ConversationOptions> = {
  ...GENERATE,
  system: aText,
  template: aText,
  cache: aMethod,
  attention: aMethod,
  kv,
  decoding: aMethod,
};

const SCORE: OptionTable<ScoreOptions> = {
  context: checkedLater,
  stride: checkedLater,
  logits: expected('A list of rows.', Array.isArray),
  top: checkedLater,
  signal: aSignal,
};

const EMBED: OptionTable<EmbedOptions> = {
  pooling: oneOf(['mean', 'cls', 'last'], '"mean", "cls" or "last".'),
  normalize: trueOrFalse,
  dimensions: checkedLater,
  signal: aSignal,
};

/** What a file is looked at for, without a GPU. */
const INSPECT: OptionTable<{ context?: number; kv?: string; signal?: AbortSignal }> = {
  context: aContext,
  kv,
  signal: aSignal,
};

const isStop = (text: unknown): boolean => typeof text === 'string' && text !== '';
const isListOf = (value: unknown, holds: (each: unknown) => boolean): boolean =>
  Array.isArray(value) && Array.from<unknown>(value).every(holds);

/** @throws UsageError 'usage-option' for an option that is unknown or out of range. */
export function checkEngineOptions(options: EngineOptions): void {
  checkOptions(options, ENGINE);
  checkModel(options.model);
}

/** @throws UsageError 'usage-option' for what names no model. */
export const checkModel = (model: unknown): void => checkValue('model', model, aModel);

export const checkGenerateOptions = (options: GenerateOptions): void => checkOptions(options, GENERATE);
export const checkPromptOptions = (options: PromptOptions): void => checkOptions(options, PROMPT);
export const checkConversationOptions = (options: ConversationOptions): void => checkOptions(options, CONVERSATION);
export const checkScoreOptions = (options: ScoreOptions): void => checkOptions(options, SCORE);
export const checkEmbedOptions = (options: EmbedOptions): void => checkOptions(options, EMBED);
export const checkInspectOptions = (options: object): void => checkOptions(options, INSPECT);

/** The most tokens of a conversation. @throws UsageError 'usage-option' when the model was trained for fewer. */
export function contextOf({ context }: EngineOptions, { contextLength }: { readonly contextLength: number }): number {
  if (context === undefined) return Math.min(contextLength, DEFAULT_CONTEXT);
  if (context > contextLength)
    throw new UsageError({
      code: 'usage-option',
      happened: `The option context is ${context}.`,
      expected: `The model was trained for at most ${contextLength} tokens.`,
      todo: 'Pass at most that many.',
    });
  return context;
}
