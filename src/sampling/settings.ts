import { described } from '../core/check-options.ts';
import { UsageError } from '../core/errors.ts';
import type { SamplingOptions } from '../core/api.ts';
import {
  MAX_STOP_IDS,
  SEQUENCE_IGNORE_EOS,
  SEQUENCE_MASKED,
  SEQUENCE_PENALTIES,
  SEQUENCE_WORDS,
  SequenceWord,
} from '../kernels/step-layout.ts';

/** Sampling settings with nothing left open. */
export type SamplingSettings = Required<SamplingOptions>;

/** What a call that names nothing gets; the seed is the caller's. */
export type SamplingDefaults = Omit<SamplingSettings, 'seed'>;

const OFF = { topK: 0, topP: 1, minP: 0, repetitionPenalty: 1, presencePenalty: 0, frequencyPenalty: 0 } as const;

/** Defaults of `generate`: the most likely token, nothing penalised. */
export const GENERATE_DEFAULTS: SamplingDefaults = { ...OFF, temperature: 0 };

/** Defaults of `chat` for a model whose manifest says nothing. */
export const CHAT_DEFAULTS: SamplingDefaults = { ...OFF, temperature: 0.7, topP: 0.95 };

interface Range {
  readonly text: string;
  readonly holds: (value: number) => boolean;
}

const within = (least: number, most: number): Range => ({
  text: `a number from ${least} to ${most}`,
  holds: (value) => value >= least && value <= most,
});

/** The values that the kernels compute rightly in f32. */
const RANGES: Readonly<Record<keyof SamplingSettings, Range>> = {
  temperature: {
    text: '0 (the most likely token) or a number from 0.001 to 100',
    holds: (value) => value === 0 || (value >= 0.001 && value <= 100),
  },
  topK: {
    text: 'an integer from 0 (off) to 2147483647',
    holds: (value) => Number.isInteger(value) && value >= 0 && value < 2 ** 31,
  },
  topP: { text: 'a number from 0 (the most likely token) to 1 (off)', holds: (value) => value >= 0 && value <= 1 },
  minP: { text: 'a number from 0 (off) to 1', holds: (value) => value >= 0 && value <= 1 },
  repetitionPenalty: within(0.01, 100),
  presencePenalty: within(-100, 100),
  frequencyPenalty: within(-100, 100),
  seed: {
    text: 'an integer from 0 to 4294967295',
    holds: (value) => Number.isInteger(value) && value >= 0 && value < 2 ** 32,
  },
};

const NAMES = Object.keys(RANGES) as (keyof SamplingSettings)[];

/**
 * The options with what they leave out taken from `defaults`; other fields of `options` are ignored.
 * @throws UsageError 'usage-option' naming the option, its value and its range.
 */
export function resolveSampling(options: SamplingOptions, defaults: SamplingSettings): SamplingSettings {
  const settings = Object.fromEntries(NAMES.map((name) => [name, checked(name, options[name] ?? defaults[name])]));
  return settings as unknown as SamplingSettings;
}

function checked(name: keyof SamplingSettings, value: unknown): number {
  if (typeof value === 'number' && RANGES[name].holds(value)) return value;
  throw new UsageError({
    code: 'usage-option',
    happened: `The option ${name} is ${described(value)}.`,
    expected: `It must be ${RANGES[name].text}.`,
    todo: `Pass such a value, or leave ${name} out for its default.`,
  });
}

/** True when some penalty can change a logit, so that the head has to look tokens up. */
export const hasPenalties = (settings: SamplingSettings): boolean =>
  settings.repetitionPenalty !== 1 || settings.presencePenalty !== 0 || settings.frequencyPenalty !== 0;

export interface SequenceStart {
  /** New tokens that may still be drawn; at least 1. */
  readonly remaining: number;
  /** Tokens that end the sequence. */
  readonly stopIds: readonly number[];
  readonly ignoreEos: boolean;
  /** Only tokens of the sequence's mask may be drawn. */
  readonly masked?: boolean;
}

/**
 * The words of a sequence in the step state, not done. Stop ids beyond those that the state has room for are left out:
 * whoever reads the tokens ends the sequence at them, as at a stop string.
 */
export function packSequence(
  settings: SamplingSettings,
  { remaining, stopIds, ignoreEos, masked = false }: SequenceStart,
): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(SEQUENCE_WORDS);
  const floats = new Float32Array(words.buffer);
  words[SequenceWord.flags] =
    (hasPenalties(settings) ? SEQUENCE_PENALTIES : 0) |
    (ignoreEos ? SEQUENCE_IGNORE_EOS : 0) |
    (masked ? SEQUENCE_MASKED : 0);
  words[SequenceWord.seed] = settings.seed;
  words[SequenceWord.remaining] = remaining;
  floats[SequenceWord.temperature] = settings.temperature;
  words[SequenceWord.topK] = settings.topK;
  floats[SequenceWord.topP] = settings.topP;
  floats[SequenceWord.minP] = settings.minP;
  floats[SequenceWord.repetition] = settings.repetitionPenalty;
  floats[SequenceWord.presence] = settings.presencePenalty;
  floats[SequenceWord.frequency] = settings.frequencyPenalty;
  const known = stopIds.slice(0, MAX_STOP_IDS);
  words[SequenceWord.stopCount] = known.length;
  words.set(known, SequenceWord.stopIds);
  return words;
}
