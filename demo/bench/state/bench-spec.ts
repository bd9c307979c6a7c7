import type { OptionalFeature } from 'winnow-llm';
import type { BenchSettings } from 'winnow-llm/bench';
import type { NumberSpec } from '../../shared/number-spec.ts';
import { DEFAULT_SETTINGS, SOFTWARE_SETTINGS } from '../bench-tools.ts';

export type Part = BenchSettings['parts'][number];
export const PARTS: readonly Part[] = ['model', 'kernels'];
export const OPTIONAL_FEATURES: readonly OptionalFeature[] = ['shader-f16', 'subgroups'];

/** What the visitor chose; a setting that is absent has its default. */
export interface Settings {
  /** A name in the manifest or an absolute http(s) address. */
  readonly model?: string;
  readonly parts?: readonly Part[];
  readonly prompts?: readonly number[];
  readonly histories?: readonly number[];
  readonly decodeTokens?: number;
  readonly runs?: number;
  readonly kernels?: string;
  readonly disable?: readonly OptionalFeature[];
  readonly adapter?: string;
}

/** What is measured where the visitor chose nothing; an adapter that computes on the CPU gets the small set. */
export const defaultsFor = (software: boolean): BenchSettings => (software ? SOFTWARE_SETTINGS : DEFAULT_SETTINGS);

export type ListKey = 'prompts' | 'histories';
export type NumberKey = 'decodeTokens' | 'runs';

/** A setting that is a list of whole numbers, each between `min` and `max`. */
export interface ListSpec {
  readonly key: ListKey;
  readonly query: string;
  readonly label: string;
  readonly hint: string;
  readonly min: number;
  readonly max: number;
}

export const LIST_SPECS: readonly ListSpec[] = [
  { key: 'prompts', query: 'prompt', label: 'Prompts', hint: 'tokens', min: 1, max: 2 ** 20 },
  { key: 'histories', query: 'history', label: 'Histories', hint: 'tokens', min: 1, max: 2 ** 20 },
];

export const NUMBER_SPECS: readonly NumberSpec<NumberKey>[] = [
  { key: 'decodeTokens', query: 'decode', label: 'Decode', hint: 'tokens a run', min: 1, max: 4096, step: 1 },
  { key: 'runs', query: 'runs', label: 'Runs', hint: 'of each figure', min: 1, max: 100, step: 1 },
];

export const MAX_LIST = 16;
export const MAX_TEXT = 80;

/** A text such as "128, 512" as a list that the setting allows, in rising order, or the reason why it is none. */
export function readList(
  spec: ListSpec,
  text: string,
): { readonly value: readonly number[] } | { readonly problem: string } {
  const parts = text.split(',').map((part) => part.trim());
  const numbers = parts.map((part) => (/^\d+$/.test(part) ? Number(part) : Number.NaN));
  const fits = numbers.every((number) => number >= spec.min && number <= spec.max);
  if (fits && numbers.length <= MAX_LIST) return { value: [...new Set(numbers)].toSorted((a, b) => a - b) };
  return {
    problem: `${spec.label} must be 1 to ${MAX_LIST} whole numbers from ${spec.min} to ${spec.max.toLocaleString('en')}, with commas between them.`,
  };
}

/** The visitor's choices as the benchmark takes them; what is absent it chooses itself, for the adapter it finds. */
export function chosenSettings(settings: Settings): Partial<BenchSettings> {
  const { parts, prompts, histories, decodeTokens, runs, kernels } = settings;
  return Object.fromEntries(
    Object.entries({ parts, prompts, histories, decodeTokens, runs, kernels }).filter(
      ([, value]) => value !== undefined,
    ),
  );
}
