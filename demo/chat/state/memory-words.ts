/** Where tokens stand in the conversation as it is shown: the word of a question or an answer that each belongs to. */

/** A word of the conversation: the `nth` time that it occurs in its question or answer, from 0 on. */
export interface Place {
  readonly turn: number;
  readonly part: 'question' | 'answer';
  readonly word: string;
  readonly nth: number;
}

/** A question or an answer, as the model read it. */
export interface Said {
  readonly turn: number;
  readonly part: 'question' | 'answer';
  readonly text: string;
}

interface Span extends Said {
  readonly from: number;
}

const WORD = /[\p{L}\p{N}_]+/gu;
/** What stands for bytes that are no whole character yet. */
const BROKEN = '\uFFFD';

/**
 * Where each token's text begins in the whole text. A character that several tokens share begins with the first of them.
 * @param texts each token's text on its own, broken characters included
 */
export function tokenOffsets(whole: string, texts: readonly string[]): number[] {
  let at = 0;
  let lost = false;
  return texts.map((text) => {
    if (text.includes(BROKEN)) {
      lost = true;
      return at;
    }
    if (lost) {
      const found = whole.indexOf(text, at);
      if (found >= 0) at = found;
      lost = false;
    }
    const offset = at;
    at += text.length;
    return offset;
  });
}

/** Looks up words by token and tokens by word. */
export class MemoryWords {
  readonly #spans: readonly Span[];
  readonly #whole: string;
  readonly #offsets: readonly number[];

  /** @param said questions and answers in their order; one that is not in the text is passed over */
  constructor(whole: string, texts: readonly string[], said: readonly Said[]) {
    this.#whole = whole;
    this.#offsets = tokenOffsets(whole, texts);
    let from = 0;
    this.#spans = said.flatMap((part) => {
      const text = part.text.trim();
      const found = text === '' ? -1 : whole.indexOf(text, from);
      if (found < 0) return [];
      from = found + text.length;
      return [{ ...part, text, from: found }];
    });
  }

  /** The word that a token belongs to; undefined where it stands for no word of the conversation. */
  placeOf(token: number): Place | undefined {
    const start = this.#offsets[token];
    if (start === undefined) return undefined;
    const end = this.#offsets[token + 1] ?? this.#whole.length;
    for (const { turn, part, text, from } of this.#spans) {
      if (end <= from || start >= from + text.length) continue;
      const word = wordsOf(text).find((each) => from + each.at < end && from + each.at + each.word.length > start);
      if (word) return { turn, part, word: word.word, nth: word.nth };
    }
    return undefined;
  }

  /** The token in which a word begins. */
  tokenOf({ turn, part, word, nth }: Place): number | undefined {
    const span = this.#spans.find((each) => each.turn === turn && each.part === part);
    const found = span && wordsOf(span.text).find((each) => each.word === word && each.nth === nth);
    if (!span || !found) return undefined;
    const at = span.from + found.at;
    const next = this.#offsets.findIndex((offset) => offset > at);
    return next < 0 ? this.#offsets.length - 1 : next - 1;
  }
}

/** The words of a text, with where they begin and how often each came before. */
export function wordsOf(text: string): { readonly word: string; readonly at: number; readonly nth: number }[] {
  const seen = new Map<string, number>();
  return [...text.matchAll(WORD)].map(({ 0: word, index }) => {
    const nth = seen.get(word) ?? 0;
    seen.set(word, nth + 1);
    return { word, at: index, nth };
  });
}
