import type { Constraint, ConstraintState, TokenVocabulary } from '../core/constraint.ts';
import { described } from '../core/check-options.ts';
import { UsageError } from '../core/errors.ts';
import { allow, emptyMask } from './mask-bits.ts';

/** More choices than a person would write by hand; each costs time at every token. */
const MOST_CHOICES = 4096;

/**
 * The answer is one of these texts, whole, and nothing else.
 * @param texts at least one; none empty, none with lone surrogates
 * @throws UsageError 'usage-option' for anything else
 */
export function choice(texts: readonly string[]): Constraint {
  const choices = checkTexts(texts);
  return {
    name: 'choice',
    spec: { name: 'choice', value: choices },
    begin: (vocabulary) => new ChoiceState(choices, vocabulary),
  };
}

/** A text of the list, one character of Latin-1 a byte. */
interface Choice {
  readonly bytes: string;
  /** Whether tokens can spell its rest from each place on: a byte without a token of its own may be in the way. */
  readonly spelled: readonly boolean[];
}

class ChoiceState implements ConstraintState {
  readonly #choices: readonly Choice[];
  readonly #vocabulary: TokenVocabulary;
  /** The text so far, behind each accepted token. */
  readonly #texts: string[] = [];

  constructor(texts: readonly string[], vocabulary: TokenVocabulary) {
    this.#vocabulary = vocabulary;
    this.#choices = texts.map((text) => {
      const bytes = latin1(new TextEncoder().encode(text));
      const spelled = spelledFrom(bytes, vocabulary);
      if (spelled[0]) return { bytes, spelled };
      throw refused(
        `The choice ${JSON.stringify(text)} cannot be written with this model's tokens.`,
        'Every byte of a choice is in some token.',
      );
    });
  }

  mask(): Uint32Array {
    const { size, longest, endIds } = this.#vocabulary;
    const text = this.#texts.at(-1) ?? '';
    const mask = emptyMask(size);
    for (const { bytes, spelled } of this.#choices) {
      if (!bytes.startsWith(text)) continue;
      if (bytes.length === text.length) for (const id of endIds) allow(mask, id);
      for (let to = text.length + 1; to <= Math.min(bytes.length, text.length + longest); to++)
        if (spelled[to]) for (const id of this.#vocabulary.withBytes(bytes.slice(text.length, to))) allow(mask, id);
    }
    return mask;
  }

  accept(id: number): void {
    const text = this.#texts.at(-1) ?? '';
    this.#texts.push(this.#vocabulary.endIds.includes(id) ? text : text + latin1(this.#vocabulary.bytes(id)));
  }

  undo(count: number): void {
    this.#texts.length -= count;
  }
}

/** For each place of a text, its end included, whether tokens can spell what follows. */
function spelledFrom(bytes: string, vocabulary: TokenVocabulary): readonly boolean[] {
  const spelled = Array.from({ length: bytes.length + 1 }, (_, at) => at === bytes.length);
  for (let at = bytes.length - 1; at >= 0; at--)
    for (let to = at + 1; to <= Math.min(bytes.length, at + vocabulary.longest) && !spelled[at]; to++)
      spelled[at] = spelled[to]! && vocabulary.withBytes(bytes.slice(at, to)).length > 0;
  return spelled;
}

const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

function checkTexts(texts: unknown): readonly string[] {
  if (!Array.isArray(texts) || texts.length === 0 || texts.length > MOST_CHOICES)
    throw refused(
      Array.isArray(texts) ? `${texts.length} choices were given.` : 'The choices are not a list.',
      `A list of 1 to ${MOST_CHOICES} texts.`,
    );
  return Array.from(texts, (text: unknown) => {
    if (typeof text !== 'string' || text === '' || /\p{Surrogate}/u.test(text))
      throw refused(`A choice is ${described(text)}.`, 'A choice is a text that is not empty.');
    return text;
  });
}

const refused = (happened: string, expected: string): UsageError =>
  new UsageError({ code: 'usage-option', happened, expected, todo: 'Correct the choices.' });
