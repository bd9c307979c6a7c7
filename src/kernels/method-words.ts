import type { Settings, SettingValues } from '../core/settings.ts';
import type { WgslPart } from '../gpu/wgsl.ts';

/** Numbers of a run that methods may go by. */
export interface RunSpan {
  /** Position of the first token after the prompt. */
  readonly promptEnd: number;
  /** New tokens that may come. */
  readonly maxTokens: number;
}

/** A number that kernels read and that is no setting itself, but follows from settings and the run. */
export interface DerivedWord<V> {
  readonly type: 'u32' | 'f32';
  readonly of: (values: V, span: RunSpan) => number;
}

/** The words that a method has for itself in a sequence's methods of the step state, in order from `first` on. */
export interface MethodWords {
  /** Of the method. */
  readonly name: string;
  readonly first: number;
  readonly words: readonly { readonly name: string; readonly type: 'u32' | 'f32' }[];
  /** The words of these values. */
  pack(values: SettingValues, span: RunSpan): Uint32Array<ArrayBuffer>;
}

/**
 * Gives a word to every setting that kernels read, then to what is derived.
 * @param room words that there are
 * @throws RangeError where they are too few
 */
export function methodWords(
  name: string,
  { first, room }: { readonly first: number; readonly room: number },
  settings: Settings,
  // oxlint-disable-next-line typescript/no-explicit-any -- the values are those of the settings
  derived: Readonly<Record<string, DerivedWord<any>>> = {},
): MethodWords {
  const own = Object.entries(settings).flatMap(([key, { word, unset }]) =>
    word ? [{ name: key, type: word, of: (values: SettingValues) => Number(values[key] ?? unset) }] : [],
  );
  const words = [...own, ...Object.entries(derived).map(([key, { type, of }]) => ({ name: key, type, of }))];
  if (words.length > room)
    throw new RangeError(`${name} has ${words.length} numbers for kernels, and there are ${room} words.`);
  return {
    name,
    first,
    words,
    pack(values, span) {
      const packed = new Uint32Array(words.length);
      const floats = new Float32Array(packed.buffer);
      words.forEach(({ type, of }, i) => {
        (type === 'f32' ? floats : packed)[i] = of(values, span);
      });
      return packed;
    },
  };
}

const snakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The function by which WGSL reads a word: `tauFirst` by `fn setting_tau_first(sequence : u32) -> f32`. */
const accessorName = (name: string): string => `setting_${snakeCase(name)}`;

/** The include with the accessors of a method's own words; with `used` only of those that it says. */
export const accessorsPart = (
  { name: method, first, words }: MethodWords,
  used: (accessor: string) => boolean = () => true,
): WgslPart => ({
  name: `settings/${method}`,
  text: words
    .map(({ name, type }, i) => {
      const read = type === 'f32' ? 'method_setting' : 'method_word';
      return `fn ${accessorName(name)}(sequence : u32) -> ${type} { return ${read}(sequence, ${first + i}u); }`;
    })
    .filter((_, i) => used(accessorName(words[i]!.name)))
    .join('\n'),
});

/** The parts, behind the accessors that they call. Parts that call none stay alone, so that methods share their kernels. */
export function withAccessors(words: MethodWords, parts: readonly WgslPart[]): readonly WgslPart[] {
  const part = accessorsPart(words, (accessor) => parts.some(({ text }) => text.includes(`${accessor}(`)));
  return part.text === '' ? parts : [part, ...parts];
}
