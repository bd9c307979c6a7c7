import { checkDefinition, type MethodText } from '../core/method-text.ts';
import {
  readSettings,
  writtenValues,
  type Arguments,
  type Settings,
  type SettingValues,
  type ValuesOf,
} from '../core/settings.ts';
import type { AttentionMask } from './selection.ts';

/** A mask as its file declares it. */
export interface MaskDefinition<S extends Settings> extends MethodText {
  readonly settings: S;
  traits(values: ValuesOf<S>): Pick<AttentionMask, 'window' | 'sinks'>;
}

/** Makes masks of one kind. @throws UsageError 'usage-option' for an unknown option or one out of range */
export interface MaskFactory<S extends Settings = Settings> {
  (...options: Arguments<S>): AttentionMask;
  readonly kind: 'attention-mask';
  readonly method: MethodText;
  readonly settings: S;
  /** The same from values of unknown origin. */
  make(values: SettingValues): AttentionMask;
}

/** Declares a mask: everything about it stands here. */
export function defineMask<const S extends Settings>(definition: MaskDefinition<S>): MaskFactory<S> {
  checkDefinition(definition);
  const { name, settings } = definition;
  const make = (options?: object): AttentionMask => {
    const values = readSettings(name, settings, options);
    return { name, ...definition.traits(values), parameters: writtenValues(settings, values as SettingValues) };
  };
  return Object.assign(make, { kind: 'attention-mask' as const, method: definition, settings, make });
}
