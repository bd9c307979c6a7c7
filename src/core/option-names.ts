/** Names and words of options that are listed in several places. */

import type { OptionalFeature, SamplingOptions } from './api.ts';

/** The options of sampling. */
export const SAMPLING_NAMES = [
  'temperature',
  'topK',
  'topP',
  'minP',
  'repetitionPenalty',
  'presencePenalty',
  'frequencyPenalty',
  'seed',
] as const satisfies readonly (keyof SamplingOptions)[];

/** The features of a device that can be switched off. */
export const OPTIONAL_FEATURES: readonly OptionalFeature[] = ['shader-f16', 'subgroups'];
