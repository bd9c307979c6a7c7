/**
 * Python's `str`: a sequence of code points, which also remembers which of its characters came from outside the template.
 * A character of a message keeps its mark through slices, joins and replacements, so that a rendering tells the
 * template's own text from what people wrote.
 */

const SURROGATE = /[\ud800-\udfff]/;
/** Marks of a character: the template's own, or given to it from outside. */
export const OWN = '0';
export const GIVEN = '1';

export class Text {
  readonly text: string;
  /** A character for each UTF-16 unit of `text`: '1' where it came from outside. Null where none did. */
  readonly marks: string | null;
  /** Python's `Markup`: HTML that is not to be escaped again. */
  readonly markup: boolean;
  #offsets: Uint32Array | null | undefined;

  constructor(text: string, marks: string | null = null, markup = false) {
    this.text = text;
    this.marks = marks;
    this.markup = markup;
  }

  /** Text that came from outside the template. */
  static given(text: string): Text {
    return new Text(text, GIVEN.repeat(text.length));
  }

  /** Whether any of it came from outside. */
  get isGiven(): boolean {
    return this.marks?.includes(GIVEN) ?? false;
  }

  /** The parts one after another. */
  static join(parts: readonly Text[], markup = false): Text {
    const text = parts.map((part) => part.text).join('');
    const marked = parts.some((part) => part.marks !== null);
    return new Text(text, marked ? parts.map(marksOf).join('') : null, markup);
  }

  /** UTF-16 units [start, end). */
  cut(start: number, end: number = this.text.length): Text {
    return new Text(this.text.slice(start, end), this.marks?.slice(start, end) ?? null, this.markup);
  }

  /** Another text that was made from this one: all of it came from outside when any of this did and places have moved. */
  become(text: string): Text {
    if (this.marks === null) return new Text(text, null, this.markup);
    if (text.length === this.text.length) return new Text(text, this.marks, this.markup);
    return new Text(text, (this.isGiven ? GIVEN : OWN).repeat(text.length), this.markup);
  }

  as(markup: boolean): Text {
    return markup === this.markup ? this : new Text(this.text, this.marks, markup);
  }

  /** Code points. */
  get length(): number {
    return this.#starts === null ? this.text.length : this.#starts.length - 1;
  }

  /** UTF-16 offset of a code point, 0 to `length`. */
  offset(index: number): number {
    return this.#starts === null ? index : this.#starts[index]!;
  }

  /** Code point that begins at or after a UTF-16 offset. */
  index(offset: number): number {
    const starts = this.#starts;
    if (starts === null) return offset;
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (starts[middle]! < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Code points [start, end), both within the text. */
  points(start: number, end: number): Text {
    return this.cut(this.offset(start), this.offset(end));
  }

  /** UTF-16 offsets of all code points and of the end; null when each is one unit. */
  get #starts(): Uint32Array | null {
    if (this.#offsets !== undefined) return this.#offsets;
    if (!SURROGATE.test(this.text)) return (this.#offsets = null);
    const starts = new Uint32Array(this.text.length + 1);
    let count = 0;
    for (let at = 0; at < this.text.length; count++) {
      starts[count] = at;
      at += this.text.codePointAt(at)! > 0xffff ? 2 : 1;
    }
    starts[count] = this.text.length;
    return (this.#offsets = starts.slice(0, count + 1));
  }
}

export const EMPTY = new Text('');

const marksOf = ({ text, marks }: Text): string => marks ?? OWN.repeat(text.length);

/** A stretch of a rendering: text of the template's own, or text that came from outside. */
export interface Span {
  readonly text: string;
  readonly given: boolean;
}

/** The mark of each UTF-16 unit of the stretches together. */
export const originsOf = (spans: readonly Span[]): string =>
  spans.map(({ text, given }) => (given ? GIVEN : OWN).repeat(text.length)).join('');

/** The text as stretches of one origin. */
export function spansOf({ text, marks }: Text): Span[] {
  if (text === '') return [];
  if (marks === null) return [{ text, given: false }];
  const spans: Span[] = [];
  for (let start = 0; start < text.length;) {
    const given = marks[start] === GIVEN;
    const end = marks.indexOf(given ? OWN : GIVEN, start);
    spans.push({ text: text.slice(start, end < 0 ? text.length : end), given });
    start = end < 0 ? text.length : end;
  }
  return spans;
}
