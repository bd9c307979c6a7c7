import sample from './sample-prose.txt?raw';

/** The opening of Moby-Dick; or, The Whale by Herman Melville (1851), in the public domain. About 5,700 characters. */
export const SAMPLE_PROSE: string = sample;

/**
 * Cuts prose into sentences, line breaks turned to spaces.
 * @returns the sentences in order, none empty
 */
export const sentencesOf = (prose: string): string[] =>
  prose
    .replaceAll(/\s+/g, ' ')
    .split(/(?<=[.!?]["'”’)]?) (?=\S)/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '');

/** The first `n` of the items, which begin again after the last. */
export const cycle = <T>(items: readonly T[], n: number): T[] =>
  Array.from({ length: n }, (_, i) => items[i % items.length]!);
