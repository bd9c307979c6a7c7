/** Python's `textwrap.wrap` of one line. */

import { failed, TemplateFault } from '../fault.ts';
import { Text } from '../text.ts';
import { isSpace } from '../unicode.ts';
import type { Run } from '../run.ts';

export interface WrapOptions {
  readonly width: number;
  /** Words longer than a line are cut. */
  readonly breakLong: boolean;
  /** Words may be parted behind a hyphen. */
  readonly hyphens: boolean;
}

// The pattern for hyphens looks ahead over dashes, so its time may grow with the square of the length.
const MAX_LINE = 20_000;
const SPACES = String.raw`[\t\n\v\f\r ]`;
const LETTER = String.raw`[\p{L}\p{Nl}\p{No}_]`;
const WORD = String.raw`[\p{L}\p{N}_]`;
const PUNCTUATION = String.raw`[\p{L}\p{N}_!"'&.,?]`;
const CHUNK = new RegExp(
  `${SPACES}+|(?<=${PUNCTUATION})-{2,}(?=${WORD})|[^\\t\\n\\v\\f\\r ]+?(?:-(?:(?<=${LETTER}{2}-)|(?<=${LETTER}-${PUNCTUATION}-))(?=${LETTER}-?${LETTER})|(?=${SPACES}|$)|(?<=${PUNCTUATION})(?=-{2,}${WORD}))`,
  'gu',
);
const PLAIN_CHUNK = new RegExp(`${SPACES}+|[^\\t\\n\\v\\f\\r ]+`, 'g');

/** The line as lines of at most `width` code points. */
export function wrap(run: Run, line: Text, { width, breakLong, hyphens }: WrapOptions): Text[] {
  if (line.text.length > MAX_LINE)
    throw new TemplateFault('limit', `It wraps a line of more than ${MAX_LINE} characters`);
  if (width <= 0) throw failed(`invalid width ${width} (must be > 0)`);
  run.budget.text(4 * line.text.length);
  const chunks = [...line.text.matchAll(hyphens ? CHUNK : PLAIN_CHUNK)]
    .map((match) => line.cut(match.index, match.index + match[0].length))
    .toReversed();
  const lines: Text[] = [];
  while (chunks.length > 0) {
    run.budget.step();
    if (lines.length > 0 && isBlank(chunks.at(-1)!)) chunks.pop();
    const parts: Text[] = [];
    let room = width;
    for (let next = chunks.at(-1); next && next.length <= room; next = chunks.at(-1)) {
      room -= next.length;
      parts.push(chunks.pop()!);
    }
    const long = chunks.at(-1);
    if (long && long.length > width) breakWord(chunks, parts, room, width, { breakLong, hyphens });
    if (parts.length > 0 && isBlank(parts.at(-1)!)) parts.pop();
    if (parts.length > 0) lines.push(Text.join(parts, line.markup));
  }
  return lines;
}

const isBlank = (text: Text): boolean => isSpace(text.text);

/** Puts a part of a word that is longer than a line on this one. */
function breakWord(
  chunks: Text[],
  parts: Text[],
  room: number,
  width: number,
  { breakLong, hyphens }: Pick<WrapOptions, 'breakLong' | 'hyphens'>,
): void {
  const space = width < 1 ? 1 : room;
  const word = chunks.at(-1)!;
  if (breakLong) {
    let end = space;
    if (hyphens && word.length > space) {
      const hyphen = word.text.slice(0, word.offset(space)).lastIndexOf('-');
      const head = hyphen < 0 ? '' : word.text.slice(0, hyphen);
      if (hyphen > 0 && /[^-]/.test(head)) end = word.index(hyphen) + 1;
    }
    parts.push(word.points(0, end));
    chunks[chunks.length - 1] = word.points(end, word.length);
  } else if (parts.length === 0) parts.push(chunks.pop()!);
}
