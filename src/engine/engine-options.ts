import { UsageError } from '../core/errors.ts';
import type {
  ConversationOptions,
  EngineOptions,
  GenerateOptions,
  OptionalFeature,
  ScoreOptions,
} from '../core/api.ts';
import { KV_TYPES, type KvType } from '../kernels/cache-layout.ts';
import { MAX_ALTERNATIVES } from '../kernels/sampling/log-probs.ts';

/** The most tokens of a conversation unless the caller asks for more. */
export const DEFAULT_CONTEXT = 4096;

const NAMES: readonly (keyof EngineOptions)[] = [
  'model',
  'device',
  'adapter',
  'context',
  'cache',
  'attention',
  'kv',
  'disable',
  'activations',
  'autotune',
  'onProgress',
  'signal',
];
const GENERATE_NAMES: readonly (keyof GenerateOptions)[] = [
  'temperature',
  'topK',
  'topP',
  'minP',
  'repetitionPenalty',
  'presencePenalty',
  'frequencyPenalty',
  'seed',
  'maxTokens',
  'stop',
  'ignoreEos',
  'logprobs',
  'constraint',
  'signal',
];
const SCORE_NAMES: readonly (keyof ScoreOptions)[] = ['context', 'stride', 'logits', 'top', 'signal'];
const FEATURES: readonly OptionalFeature[] = ['shader-f16', 'subgroups'];

/** @throws UsageError 'usage-option' for an option that is unknown or out of range. */
export function checkEngineOptions(options: EngineOptions): void {
  refuseUnknown(options, NAMES);
  const { model, context, kv, disable, activations, autotune } = options;
  if (
    !(typeof model === 'string' && model !== '') &&
    !(model instanceof URL) &&
    !(typeof Blob !== 'undefined' && model instanceof Blob)
  )
    refuse('model', model, 'A model is a path (Node), a URL, a name of the manifest, or a File or Blob.');
  if (context !== undefined && (!Number.isInteger(context) || context < 2))
    refuse('context', context, 'An integer of at least 2 tokens.');
  checkKv(kv);
  if (activations !== undefined && !['f32', 'f16', 'int8'].includes(activations))
    refuse('activations', activations, '"f32", "f16" or "int8".');
  if (autotune !== undefined && typeof autotune !== 'boolean') refuse('autotune', autotune, 'true or false.');
  for (const feature of disable ?? [])
    if (!FEATURES.includes(feature))
      refuse('disable', feature, `Features that can be switched off: ${FEATURES.join(', ')}.`);
}

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

/** An option that nothing reads is a mistake of the caller's, never ignored. @throws UsageError 'usage-option' */
function refuseUnknown(options: object, names: readonly string[]): void {
  for (const name of Object.keys(options))
    if (!names.includes(name))
      throw new UsageError({
        code: 'usage-option',
        happened: `There is no option "${name}".`,
        expected: `The options are ${names.join(', ')}.`,
        todo: 'Correct or remove it.',
      });
}

export function checkGenerateOptions(options: GenerateOptions): void {
  refuseUnknown(options, GENERATE_NAMES);
  checkLogprobs(options);
}
export function checkConversationOptions(options: ConversationOptions): void {
  refuseUnknown(options, [...GENERATE_NAMES, 'system', 'cache', 'attention', 'kv']);
  checkKv(options.kv);
  checkLogprobs(options);
}
export const checkScoreOptions = (options: ScoreOptions): void => refuseUnknown(options, SCORE_NAMES);

function checkKv(kv: unknown): void {
  if (kv !== undefined && !KV_TYPES.includes(kv as KvType)) refuse('kv', kv, `One of ${KV_TYPES.join(', ')}.`);
}

function checkLogprobs({ logprobs }: GenerateOptions): void {
  if (logprobs !== undefined && !(Number.isInteger(logprobs) && logprobs >= 0 && logprobs <= MAX_ALTERNATIVES))
    refuse('logprobs', logprobs, `An integer from 0 to ${MAX_ALTERNATIVES}.`);
}

function refuse(name: string, value: unknown, expected: string): never {
  throw new UsageError({
    code: 'usage-option',
    happened: `The option ${name} is ${typeof value === 'string' ? JSON.stringify(value) : String(value)}.`,
    expected,
    todo: `Pass such a value, or leave ${name} out.`,
  });
}
