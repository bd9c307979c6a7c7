/** Finding special tokens in text. */

/** A stretch of ordinary text, or the id of a special token that stood there. */
export type Section = string | number;

type Allows = (id: number, start: number, end: number) => boolean;

/**
 * Cuts a text at the given tokens; where several begin at one place, the longest is taken.
 * Cost: text length times the number of different token lengths, whatever the tokens are.
 */
export class SpecialTokens {
  readonly #ids: ReadonlyMap<string, number>;
  readonly #starts: ReadonlySet<number>;
  readonly #lengths: readonly number[];

  constructor(ids: ReadonlyMap<string, number>) {
    this.#ids = ids;
    this.#starts = new Set([...ids.keys()].map((text) => text.charCodeAt(0)));
    this.#lengths = [...new Set([...ids.keys()].map((text) => text.length))].toSorted((a, b) => b - a);
  }

  /**
   * The text as sections, in order; empty stretches are left out.
   * @param allows whether the token may stand at [start, end); where it may not, it is ordinary text
   */
  split(text: string, allows: Allows = () => true): Section[] {
    const sections: Section[] = [];
    let start = 0;
    let at = 0;
    while (at < text.length) {
      const found = this.#starts.has(text.charCodeAt(at)) ? this.#longestAt(text, at, allows) : undefined;
      if (found === undefined) {
        at++;
        continue;
      }
      if (at > start) sections.push(text.slice(start, at));
      sections.push(found.id);
      at += found.length;
      start = at;
    }
    if (start < text.length) sections.push(text.slice(start));
    return sections;
  }

  #longestAt(text: string, at: number, allows: Allows): { id: number; length: number } | undefined {
    for (const length of this.#lengths) {
      const id = this.#ids.get(text.slice(at, at + length));
      if (id !== undefined && allows(id, at, at + length)) return { id, length };
    }
    return undefined;
  }
}
