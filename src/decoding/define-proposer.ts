import { checkDefinition, type MethodText } from '../core/method-text.ts';
import {
  readSettings,
  writtenValues,
  type Arguments,
  type Settings,
  type SettingValues,
  type ValuesOf,
} from '../core/settings.ts';
import type { Proposer } from './proposer.ts';

/** What a proposer does, as its settings say. */
export type ProposerTraits = Omit<Proposer, 'name' | 'parameters'>;

/** A proposer as its file declares it. */
export interface ProposerDefinition<S extends Settings> extends MethodText {
  readonly settings: S;
  traits(values: ValuesOf<S>): ProposerTraits;
}

/** Makes proposers of one kind. @throws UsageError 'usage-option' for an unknown option or one out of range */
export interface ProposerFactory<S extends Settings = Settings> {
  (...options: Arguments<S>): Proposer;
  readonly kind: 'decoding';
  readonly method: MethodText;
  readonly settings: S;
  /** The same from values of unknown origin. */
  make(values: SettingValues): Proposer;
}

/** Declares a proposer of drafts: everything about it stands here and in its WGSL. */
export function defineProposer<const S extends Settings>(definition: ProposerDefinition<S>): ProposerFactory<S> {
  checkDefinition(definition);
  const { name, settings } = definition;
  const make = (options?: object): Proposer => {
    const values = readSettings(name, settings, options);
    return { ...definition.traits(values), name, parameters: writtenValues(settings, values as SettingValues) };
  };
  return Object.assign(make, { kind: 'decoding' as const, method: definition, settings, make });
}
