import type { OptionalFeature } from 'winnow-llm';
import { said } from './address-words.ts';

export const OPTIONAL_FEATURES: readonly OptionalFeature[] = ['shader-f16', 'subgroups'];

/** Which GPU, and what of it may be used; what is absent is left to the engine. */
export interface GpuChoice {
  readonly disable?: readonly OptionalFeature[];
  /** Part of the adapter's name. */
  readonly adapter?: string;
}

/** The choice as the engine's options. */
export const chosenGpu = ({ adapter, disable }: GpuChoice): GpuChoice => ({
  ...(adapter !== undefined && { adapter }),
  ...(disable !== undefined && { disable }),
});

/** Some of the known words, in their own order; undefined when the text has a word that is not known, or none. */
export function readWords<T extends string>(known: readonly T[], text: string): readonly T[] | undefined {
  const wanted = text.split(',').map((part) => part.trim());
  return wanted.every((word) => known.some((each) => each === word))
    ? known.filter((each) => wanted.includes(each))
    : undefined;
}

/** The features that the address switches off. */
export function readDisable(
  text: string,
): { readonly disable: readonly OptionalFeature[] } | { readonly problem: string } {
  const disable = readWords(OPTIONAL_FEATURES, text);
  return disable ? { disable } : said(`Only ${OPTIONAL_FEATURES.join(' and ')} can be disabled.`, text);
}

/** A short text of the address, under its key. */
export function readShortText<Key extends string>(
  key: Key,
  label: string,
  text: string,
): { readonly [key in Key]: string } | { readonly problem: string } {
  if (text !== '' && text.length <= MAX_TEXT) return { [key]: text } as { readonly [key in Key]: string };
  return said(`${label} must be a text of 1 to ${MAX_TEXT} characters.`, text);
}

/** The longest text of such a setting. */
export const MAX_TEXT = 80;
