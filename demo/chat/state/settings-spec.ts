import type { OptionalFeature } from 'winnow-llm';
import type { NumberSpec } from '../../shared/number-spec.ts';
import type { MethodTexts } from './method-settings.ts';

export type NumberKey =
  | 'temperature'
  | 'topP'
  | 'topK'
  | 'minP'
  | 'repetitionPenalty'
  | 'presencePenalty'
  | 'frequencyPenalty'
  | 'seed'
  | 'maxTokens'
  | 'context';

/** What the visitor chose; a setting that is absent has its default. */
export type Settings = { readonly [key in NumberKey]?: number } & MethodTexts & {
    /** A name in the manifest or an absolute http(s) address. */
    readonly model?: string;
    readonly system?: string;
    readonly disable?: readonly OptionalFeature[];
    readonly adapter?: string;
  };

export const OPTIONAL_FEATURES: readonly OptionalFeature[] = ['shader-f16', 'subgroups'];

const MAX_SEED = 2 ** 32 - 1;

export const SAMPLING_SPECS: readonly NumberSpec<NumberKey>[] = [
  { key: 'temperature', query: 'temperature', label: 'Temperature', hint: '0 = greedy', min: 0, max: 5, step: 0.05 },
  { key: 'topP', query: 'top-p', label: 'Top-p', hint: '1 = off', min: 0, max: 1, step: 0.05 },
  { key: 'topK', query: 'top-k', label: 'Top-k', hint: '0 = off', min: 0, max: 1000, step: 1 },
  { key: 'minP', query: 'min-p', label: 'Min-p', hint: '0 = off', min: 0, max: 1, step: 0.01 },
  {
    key: 'repetitionPenalty',
    query: 'repetition-penalty',
    label: 'Repetition penalty',
    hint: '1 = off',
    min: 0.1,
    max: 5,
    step: 0.05,
  },
  {
    key: 'presencePenalty',
    query: 'presence-penalty',
    label: 'Presence penalty',
    hint: '0 = off',
    min: -2,
    max: 2,
    step: 0.1,
  },
  {
    key: 'frequencyPenalty',
    query: 'frequency-penalty',
    label: 'Frequency penalty',
    hint: '0 = off',
    min: -2,
    max: 2,
    step: 0.1,
  },
  {
    key: 'seed',
    query: 'seed',
    label: 'Seed',
    hint: 'repeats an answer',
    min: 0,
    max: MAX_SEED,
    step: 1,
    absent: 'random',
  },
  {
    key: 'maxTokens',
    query: 'max-tokens',
    label: 'Most new tokens',
    hint: 'per answer',
    min: 1,
    max: 1e6,
    step: 1,
    absent: 'no limit',
  },
];

export const CONTEXT_SPEC: NumberSpec<NumberKey> = {
  key: 'context',
  query: 'context',
  label: 'Context',
  hint: 'tokens',
  min: 16,
  max: 1e6,
  step: 1,
  absent: 'default',
};

export const NUMBER_SPECS: readonly NumberSpec<NumberKey>[] = [...SAMPLING_SPECS, CONTEXT_SPEC];
