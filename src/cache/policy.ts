import { distinctName } from '../core/distinct-name.ts';
import type { SettingValues } from '../core/settings.ts';
import type { WgslPart } from '../gpu/wgsl.ts';
import type { ScoreNoise } from '../kernels/attention/observed.ts';
import type { MethodWords } from '../kernels/method-words.ts';

/** Numbers and words that a method was made with, as the option grammar writes them. */
export type MethodParameters = Readonly<Record<string, number | string>>;

/** What an eviction policy wants attention to note down about every slot: the attention that it receives, summed over the query heads of its KV head. */
export interface Observation {
  /** Which rows of a prompt count: all, or so many of the last. */
  readonly promptRows: 'all' | number;
  /** Whether the rows after the prompt count. */
  readonly decodeRows: boolean;
  /** What a slot's mass is multiplied with before the mass of a step after the prompt is added: 1 sums, 0 keeps the last. */
  readonly decay: number;
  /** What changes the scores before they are added up; undefined: nothing. Attention itself never sees it. */
  readonly noise: ScoreNoise | undefined;
}

/**
 * Ranks cached slots. A policy only scores; the evictor decides how many go, keeps sinks and recent slots, and moves what
 * stays. It is a value without state of its own: what it observes lies beside the slots and moves with them.
 */
export interface EvictionPolicy {
  readonly name: string;
  /** Undefined: attention notes nothing down for it, which costs nothing. */
  readonly observes: Observation | undefined;
  /** Whether every KV head keeps slots of its own, or all heads of a layer the same ones. */
  readonly scope: 'head' | 'layer';
  /** 'prompt': the prompt is cut once, and what is decoded stays. */
  readonly cuts: 'always' | 'prompt';
  /**
   * WGSL with `fn slot_score(sequence : u32, kv_head : u32, slot : u32, length : u32) -> f32`; higher means keep. It may call
   * `mass_at` and `place_at` (sequence, kv_head, slot), `is_recent(sequence, place)` and what lib/step-state has.
   */
  readonly score: readonly WgslPart[];
  /**
   * Newest slots that it always keeps: 0: as many as the caller says; a number: so many, and the caller cannot ask for another;
   * 'rest': all that sinks leave, so that slots are ranked by position alone.
   */
  readonly recent: number | 'rest';
  /** Whether survivors take their rank as their position, and their keys turn with it. */
  readonly positions: 'original' | 'rank';
  readonly parameters: MethodParameters;
  /** Its own words in the step state, and the values that they are made of. */
  readonly words: MethodWords;
  readonly values: SettingValues;
}

/** Whether all KV heads of a layer hold the same tokens in the same slots, given equal budgets: they choose together, or by position alone. */
export const keepsOneSet = ({ scope, recent }: EvictionPolicy): boolean => scope === 'layer' || recent === 'rest';

/** Names that were found, since steps ask again and again. */
const named = new WeakMap<EvictionPolicy, string>();

/** What tells policies apart whose kernels differ: a name, and what it stands for. */
export function policyName(policy: EvictionPolicy): string {
  let found = named.get(policy);
  if (found === undefined) {
    const { name, positions, scope, observes, score } = policy;
    const kernels = JSON.stringify([scope, observes !== undefined, score.map(({ text }) => text)]);
    found = distinctName('policy', positions === 'rank' ? `${name} by rank` : name, kernels);
    named.set(policy, found);
  }
  return found;
}

/** How many slots eviction leaves, and how they are shared among layers and heads. */
export interface Budget {
  readonly name: string;
  /** Slots of a KV head, on average over layers and heads. */
  readonly slots: number;
  /** Slots of a KV head in each layer; `always` of them, sinks and recent ones, are kept in every layer. */
  perLayer(layers: number, always?: number): readonly number[];
  /** The share of the layer's number that each head keeps at least, where the heads of a layer compete for it; 0 = they do not. */
  readonly floor: number;
  readonly parameters: MethodParameters;
}
