import type { BenchSettings } from 'winnow-llm/bench/records';
import type { GpuChoice } from '../../shared/gpu-choice.ts';
import type { ListSpec } from '../../shared/list-spec.ts';
import type { NumberSpec } from '../../shared/number-spec.ts';
import { DEFAULT_SETTINGS, SOFTWARE_SETTINGS } from 'winnow-llm/bench/records';

export type Part = BenchSettings['parts'][number];
export const PARTS: readonly Part[] = ['model', 'kernels'];

/** What the visitor chose; a setting that is absent has its default. */
export interface Settings extends GpuChoice {
  /** A name in the manifest or an absolute http(s) address. */
  readonly model?: string;
  readonly parts?: readonly Part[];
  readonly prompts?: readonly number[];
  readonly histories?: readonly number[];
  readonly decodeTokens?: number;
  readonly runs?: number;
  readonly kernels?: string;
}

/** What is measured where the visitor chose nothing; an adapter that computes on the CPU gets the small set. */
export const defaultsFor = (software: boolean): BenchSettings => (software ? SOFTWARE_SETTINGS : DEFAULT_SETTINGS);

export type ListKey = 'prompts' | 'histories';
export type NumberKey = 'decodeTokens' | 'runs';

export const LIST_SPECS: readonly ListSpec<ListKey>[] = [
  { key: 'prompts', query: 'prompt', label: 'Prompts', hint: 'tokens', min: 1, max: 2 ** 20 },
  { key: 'histories', query: 'history', label: 'Histories', hint: 'tokens', min: 1, max: 2 ** 20 },
];

export const NUMBER_SPECS: readonly NumberSpec<NumberKey>[] = [
  { key: 'decodeTokens', query: 'decode', label: 'Decode', hint: 'tokens a run', min: 1, max: 4096, step: 1 },
  { key: 'runs', query: 'runs', label: 'Runs', hint: 'of each figure', min: 1, max: 100, step: 1 },
];

/** The visitor's choices as the benchmark takes them; what is absent it chooses itself, for the adapter it finds. */
export function chosenSettings(settings: Settings): Partial<BenchSettings> {
  const { parts, prompts, histories, decodeTokens, runs, kernels } = settings;
  return Object.fromEntries(
    Object.entries({ parts, prompts, histories, decodeTokens, runs, kernels }).filter(
      ([, value]) => value !== undefined,
    ),
  );
}
