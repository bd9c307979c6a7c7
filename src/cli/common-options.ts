/** Options that every subcommand has, and those of sampling. */

import { type Command, Option } from 'commander';
import type { EngineOptions, GenerateOptions, KvType, OptionalFeature } from '../core/api.ts';
import { SAMPLING_NAMES } from '../core/option-names.ts';
import { KV_TYPES } from '../core/kv-types.ts';
import { decimal, features, gathered, optionError, wholeNumber } from './option-values.ts';

export interface CommonOptions {
  readonly context?: number;
  readonly kv?: KvType;
  readonly disable?: readonly OptionalFeature[];
  readonly adapter?: string;
  readonly activations?: 'f32' | 'f16' | 'int8';
  /** False with --no-autotune. */
  readonly autotune?: boolean;
  readonly json?: boolean;
}

export interface SamplingFlags {
  readonly maxTokens?: number;
  readonly stop?: readonly string[];
  readonly ignoreEos?: boolean;
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly minP?: number;
  readonly repetitionPenalty?: number;
  readonly presencePenalty?: number;
  readonly frequencyPenalty?: number;
  readonly seed?: number;
  readonly logprobs?: number;
}

export interface MethodFlags {
  readonly cache?: string;
  readonly attention?: string;
}

export interface DecodingFlags {
  readonly decoding?: string;
}

/** Reads a way of storing keys and values. */
export function kvChoice(text: string): KvType {
  const type = KV_TYPES.find((known) => known === text);
  if (type) return type;
  throw optionError(`The option --kv got '${text}'.`, `One of ${KV_TYPES.join(', ')} was expected.`);
}

/** The option --kv. */
const kvOption = (): Option => new Option('--kv <type>', 'how keys and values are stored').choices([...KV_TYPES]);

/** Adds the options that settle a conversation's methods. */
export const withMethodOptions = (command: Command): Command =>
  command
    .option('--cache <method>', 'what the cache keeps: h2o:budget=512, … (winnow methods lists them)')
    .option('--attention <method>', 'which slots tokens read: quest:pages=32, … (winnow methods lists them)');

/** Adds the option of what drafts tokens ahead. */
export const withDecodingOption = (command: Command): Command =>
  command.option(
    '--decoding <method>',
    'what drafts tokens ahead, none: token-recycling:nodes=16, … (winnow methods lists them)',
  );

/** Adds the options of every subcommand. */
export const withCommonOptions = (command: Command): Command => withEngineOptions(command).addOption(kvOption());

/** Adds the options of every subcommand but how keys and values are stored. */
export const withEngineOptions = (command: Command): Command =>
  command
    .option('--context <tokens>', 'most tokens of a conversation', wholeNumber('--context', 2))
    .addOption(
      new Option(
        '--activations <type>',
        'numbers in which prompts are multiplied; f16 and int8 are approximations',
      ).choices(['f32', 'f16', 'int8']),
    )
    .option('--disable <features>', 'do without shader-f16, subgroups (with commas between)', features)
    .option('--adapter <pattern>', 'take only a GPU whose name contains this')
    .option('--no-autotune', 'take the default kernel shapes instead of measuring which are fastest')
    .option('--json', 'print the result as JSON');

/** Adds the options of generation. */
export const withSamplingOptions = (command: Command): Command =>
  command
    .option('--max-tokens <n>', 'most new tokens', wholeNumber('--max-tokens', 1))
    .option('--stop <text>', 'end before this text (may be given several times)', gathered)
    .option('--ignore-eos', "go on through the model's end-of-turn tokens")
    .option('--temperature <t>', '0 takes the most likely token', decimal('--temperature', 0))
    .option('--top-k <k>', 'sample from the k most likely tokens; 0 = off', wholeNumber('--top-k', 0))
    .option(
      '--top-p <p>',
      'sample from the likely tokens that make up this share; 1 = off',
      decimal('--top-p', 0, 1, true),
    )
    .option('--min-p <p>', "drop tokens below this share of the likeliest one's; 0 = off", decimal('--min-p', 0, 1))
    .option(
      '--repetition-penalty <x>',
      'for tokens of prompt and output; 1 = off',
      decimal('--repetition-penalty', 0, Infinity, true),
    )
    .option('--presence-penalty <x>', 'for tokens of the output; 0 = off', decimal('--presence-penalty', -Infinity))
    .option(
      '--frequency-penalty <x>',
      'for tokens of the output, each time; 0 = off',
      decimal('--frequency-penalty', -Infinity),
    )
    .option('--seed <n>', 'makes sampling repeatable', wholeNumber('--seed', 0, 2 ** 32 - 1));

/** The part of the options that settles an engine. */
export function engineOptions(
  model: string,
  {
    context,
    kv,
    disable,
    adapter,
    activations,
    autotune,
    cache,
    attention,
    decoding,
  }: CommonOptions & MethodFlags & DecodingFlags,
): EngineOptions {
  return {
    model,
    ...(context !== undefined && { context }),
    ...(kv && { kv }),
    ...(cache !== undefined && { cache }),
    ...(attention !== undefined && { attention }),
    ...(decoding !== undefined && { decoding }),
    ...(disable && { disable }),
    ...(adapter !== undefined && { adapter }),
    ...(activations && { activations }),
    ...(autotune === false && { autotune }),
  };
}

const GENERATE_KEYS = [
  'maxTokens',
  'stop',
  'ignoreEos',
  ...SAMPLING_NAMES,
  'logprobs',
] as const satisfies readonly (keyof SamplingFlags)[];

/** The part of the options that settles a generation; only what was given. */
export const generateOptions = (flags: SamplingFlags): GenerateOptions =>
  Object.fromEntries(GENERATE_KEYS.flatMap((key) => (flags[key] === undefined ? [] : [[key, flags[key]]])));
