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
import { accessorsPart, methodWords, type DerivedWord } from '../kernels/method-words.ts';
import { SELECTION_WORDS } from '../kernels/step-layout.ts';
import type { DecodeSelection } from './selection.ts';

/** What a selection does, as its settings say; what is left out is the default. */
export interface SelectionTraits extends Pick<DecodeSelection, 'dense' | 'mostSlots' | 'pageSlots' | 'encode'> {
  readonly variant?: string;
  /** Default false. */
  readonly shared?: boolean;
  /** Default: none. */
  readonly aux?: DecodeSelection['aux'];
  /** Default: none. */
  memoryWords?(...shape: Parameters<DecodeSelection['memoryWords']>): number;
  encodePrompt?(...step: Parameters<NonNullable<DecodeSelection['encodePrompt']>>): void;
}

/** A selection as its file declares it. */
export interface SelectionDefinition<S extends Settings> extends MethodText {
  readonly settings: S;
  /** Numbers that kernels read besides the settings. */
  readonly derived?: Readonly<Record<string, DerivedWord<ValuesOf<S>>>>;
  /** @param accessors the include with `setting_<name>(sequence)` of every setting that kernels read */
  traits(values: ValuesOf<S>, accessors: WgslPart): SelectionTraits;
}

/** Makes selections of one kind. @throws UsageError 'usage-option' for an unknown option or one out of range */
export interface SelectionFactory<S extends Settings = Settings> {
  (...options: Arguments<S>): DecodeSelection;
  readonly kind: 'attention-decode';
  readonly method: MethodText;
  readonly settings: S;
  /** The same from values of unknown origin. */
  make(values: SettingValues): DecodeSelection;
}

/**
 * Declares a selection of slots for decoding rows: everything about it stands here and in its WGSL.
 * @throws RangeError for more numbers for kernels than there are words
 */
export function defineSelection<const S extends Settings>(definition: SelectionDefinition<S>): SelectionFactory<S> {
  checkDefinition(definition);
  const { name, settings, derived } = definition;
  const words = methodWords(name, SELECTION_WORDS, settings, derived);
  const accessors = accessorsPart(words);
  const make = (options?: object): DecodeSelection => {
    const values = readSettings(name, settings, options);
    return {
      name,
      method: definition,
      shared: false,
      aux: [],
      memoryWords: () => 0,
      ...definition.traits(values, accessors),
      parameters: writtenValues(settings, values as SettingValues),
      words,
      values: values as SettingValues,
    };
  };
  return Object.assign(make, { kind: 'attention-decode' as const, method: definition, settings, make });
}
