import { checkDefinition, type MethodText } from '../core/method-text.ts';
import {
  readSettings,
  writtenValues,
  type Arguments,
  type Settings,
  type SettingValues,
  type ValuesOf,
} from '../core/settings.ts';
import type { WgslPart } from '../gpu/wgsl.ts';
import { methodWords, withAccessors, type DerivedWord } from '../kernels/method-words.ts';
import { POLICY_WORDS } from '../kernels/step-layout.ts';
import { EVICT_SETTINGS } from './evict-settings.ts';
import type { EvictionPolicy, Observation } from './policy.ts';

/** What a policy does, as its settings say; what is left out is the default. */
export interface PolicyTraits {
  /** Default: attention notes nothing down for it, which costs nothing. */
  readonly observes?: Omit<Observation, 'noise'>;
  /** Default 'head'. */
  readonly scope?: EvictionPolicy['scope'];
  /** Default 'always'. */
  readonly cuts?: EvictionPolicy['cuts'];
  /** Default 0: the caller says. */
  readonly recent?: EvictionPolicy['recent'];
  /** Default 'original'. */
  readonly positions?: EvictionPolicy['positions'];
}

/** A policy as its file declares it. */
export interface PolicyDefinition<S extends Settings> extends MethodText {
  readonly settings: S;
  /** Numbers that kernels read besides the settings. */
  readonly derived?: Readonly<Record<string, DerivedWord<ValuesOf<S>>>>;
  /** WGSL of the ranking, see `EvictionPolicy.score`. It reads the setting `pool` by `setting_pool(sequence)`. */
  readonly score: readonly WgslPart[];
  /** WGSL that changes the scores that are observed, see `ScoreNoise`; settings are read as above. */
  readonly noise?: { readonly name: string; readonly parts: readonly WgslPart[] };
  /** Refuses values that do not go together. */
  check?(values: ValuesOf<S>): void;
  traits(values: ValuesOf<S>): PolicyTraits;
}

/** Makes policies of one kind. @throws UsageError 'usage-option' for an unknown option or one out of range */
export interface PolicyFactory<S extends Settings = Settings> {
  (...options: Arguments<S>): EvictionPolicy;
  readonly kind: 'cache';
  readonly method: MethodText;
  readonly settings: S;
  /** The same from values of unknown origin. */
  make(values: SettingValues): EvictionPolicy;
}

/**
 * Declares an eviction policy: everything about it stands here and in its WGSL.
 * @throws RangeError for a setting of a name that every eviction has, or more numbers for kernels than there are words
 */
export function definePolicy<const S extends Settings>(definition: PolicyDefinition<S>): PolicyFactory<S> {
  checkDefinition(definition);
  const { name, settings, derived } = definition;
  const taken = Object.keys(settings).find((key) => key in EVICT_SETTINGS);
  if (taken !== undefined)
    throw new RangeError(`${name} has a setting ${taken}, and every eviction has one of this name.`);
  const words = methodWords(name, POLICY_WORDS, settings, derived);
  const score = withAccessors(words, definition.score);
  const noise = definition.noise && {
    name: definition.noise.name,
    parts: withAccessors(words, definition.noise.parts),
  };
  const make = (options?: object): EvictionPolicy => {
    const values = readSettings(name, settings, options);
    definition.check?.(values);
    const { observes, scope = 'head', cuts = 'always', recent = 0, positions = 'original' } = definition.traits(values);
    return {
      name,
      observes: observes && { ...observes, noise },
      scope,
      cuts,
      score,
      recent,
      positions,
      parameters: writtenValues(settings, values as SettingValues),
      words,
      values: values as SettingValues,
    };
  };
  return Object.assign(make, { kind: 'cache' as const, method: definition, settings, make });
}
