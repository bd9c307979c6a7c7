import type { TaskName } from 'winnow-llm/eval/records';
import type { GpuChoice } from '../../shared/gpu-choice.ts';
import type { ListSpec } from '../../shared/list-spec.ts';
import type { NumberSpec } from '../../shared/number-spec.ts';
import { MAX_SAVED_TEXT } from 'winnow-llm/eval/records';
import type { AnswerMeasure } from '../data/answer-measures.ts';
import type { Cost, Measure } from '../data/measures.ts';

/** What the visitor chose; a setting that is absent has its default. */
export interface Settings extends GpuChoice {
  /** A name in the manifest or an absolute http(s) address. */
  readonly model?: string;
  /** Settings of methods as text; one without a size is tried with each of the budgets. */
  readonly methods?: readonly string[];
  readonly budgets?: readonly number[];
  /** A retrieval task; absent for continuation loss. */
  readonly task?: TaskName;
  readonly lengths?: readonly number[];
  readonly depths?: readonly number[];
  /** Absent for a question before the cache is cut. */
  readonly question?: 'after';
  readonly prefill?: number;
  readonly decode?: number;
  readonly seed?: number;
  readonly mass?: true;
  /** A short text of the visitor's own. */
  readonly text?: string;
  /** The name of a text that is too long for the address, and so is not in it. */
  readonly textName?: string;
  /** Of losses, or of answers; one of the other kind is left alone. */
  readonly measure?: Measure | AnswerMeasure;
  readonly cost?: Cost;
}

/** What is evaluated where the visitor chose nothing. */
export interface Defaults {
  readonly methods: readonly string[];
  readonly budgets: readonly number[];
  readonly prefill: number;
  readonly decode: number;
  readonly lengths: readonly number[];
  readonly depths: readonly number[];
  readonly seed: number;
}

const GPU: Defaults = {
  methods: ['f16', 'q8', 'h2o', 'tova', 'streaming-llm', 'quest:recent=16', 'random'],
  budgets: [64, 128, 256],
  prefill: 768,
  decode: 384,
  lengths: [512, 1024],
  depths: [0, 0.25, 0.5, 0.75, 1],
  seed: 0,
};

/** A few minutes where the adapter computes on the CPU, and a cut may take seconds. */
const SOFTWARE: Defaults = {
  methods: ['f16', 'h2o', 'random'],
  budgets: [32, 64],
  prefill: 128,
  decode: 16,
  lengths: [256],
  depths: [0, 0.5, 1],
  seed: 0,
};

export const defaultsFor = (software: boolean): Defaults => (software ? SOFTWARE : GPU);

export type NumberKey = 'prefill' | 'decode' | 'seed';

export const BUDGETS: ListSpec<'budgets'> = {
  key: 'budgets',
  query: 'budget',
  label: 'Budgets',
  hint: 'slots',
  min: 1,
  max: 2 ** 20,
};

export const LENGTHS: ListSpec<'lengths'> = {
  key: 'lengths',
  query: 'lengths',
  label: 'Lengths',
  hint: 'tokens',
  min: 1,
  max: 2 ** 20,
};

export const DEPTHS: ListSpec<'depths'> = {
  key: 'depths',
  query: 'depths',
  label: 'Depths',
  hint: '0 is the start',
  min: 0,
  max: 1,
  fractions: true,
};

export const NUMBER_SPECS: readonly NumberSpec<NumberKey>[] = [
  { key: 'prefill', query: 'prefill', label: 'Prefill', hint: 'tokens', min: 1, max: 2 ** 20, step: 1 },
  { key: 'decode', query: 'decode', label: 'Decode', hint: 'tokens', min: 1, max: 2 ** 20, step: 1 },
  { key: 'seed', query: 'seed', label: 'Seed', hint: 'of what is drawn', min: 0, max: 2 ** 32 - 1, step: 1 },
];

/** The name of the text that comes with the page. */
export const SAMPLE_NAME = 'the opening of Moby-Dick';

/** More settings than this make no readable chart. */
export const MAX_METHODS = 16;
/** The longest text of a method. */
export const MAX_METHOD = 200;
/** The longest text that the address holds, and that is saved with a result. */
export const MAX_LINK_TEXT = MAX_SAVED_TEXT;
