/** Methods of Python's `str` that give a text of another length or other letters. */

import { failed } from './fault.ts';
import { Text } from './text.ts';
import { indexOfText } from './text-search.ts';
import { foldOf, isCased, isLower, isUpper, titleOf } from './unicode.ts';
import type { Run } from './run.ts';

/** Every place of `old` put otherwise, at most `most` of them; negative means all. */
export function replace(run: Run, text: Text, old: Text, by: Text, most: number): Text {
  const parts: Text[] = [];
  let [length, start, from, count] = [0, 0, 0, 0];
  const last = most < 0 ? Infinity : most;
  while (count < last) {
    const found = indexOfText(run, text.text, old.text, from);
    if (found < 0 || from > text.text.length) break;
    parts.push(text.cut(start, found), by);
    length += found - start + by.text.length;
    if (length > run.budget.limits.characters) run.budget.text(length);
    start = found + old.text.length;
    // An empty text stands before every character and at the end.
    from = old.text === '' ? found + (text.text.codePointAt(found)! > 0xffff ? 2 : 1) : start;
    count += 1;
  }
  parts.push(text.cut(start));
  run.budget.text(length + text.text.length - start);
  return Text.join(parts, text.markup);
}

/** The text in the middle of `width` characters, or at one of their ends. */
export function justify(run: Run, text: Text, width: number, fill: Text, to: 'left' | 'right' | 'center'): Text {
  if (fill.length !== 1) throw failed('The fill character must be exactly one character long');
  const missing = width - text.length;
  if (missing <= 0) return text;
  run.budget.text(text.text.length + missing * fill.text.length);
  // Python puts the odd one to the left where text and width are both odd or both even in this way.
  const left = to === 'left' ? 0 : to === 'right' ? missing : Math.floor(missing / 2) + (missing & width & 1);
  const some = (count: number): Text =>
    new Text(fill.text.repeat(count), fill.marks?.[0]?.repeat(count * fill.text.length) ?? null);
  return Text.join([some(left), text, some(missing - left)], text.markup);
}

/** Zeros put before the digits, behind the sign. */
export function zeroFill(run: Run, text: Text, width: number): Text {
  const missing = width - text.length;
  if (missing <= 0) return text;
  run.budget.text(text.text.length + missing);
  const sign = /^[-+]/.test(text.text) ? 1 : 0;
  return Text.join([text.cut(0, sign), new Text('0'.repeat(missing)), text.cut(sign)], text.markup);
}

/** Tabs as spaces up to the next column that `size` divides. */
export function expandTabs(run: Run, text: Text, size: number): Text {
  const parts: Text[] = [];
  let [column, length, start] = [0, 0, 0];
  run.budget.text(text.text.length);
  for (const match of text.text.matchAll(/[\t\n\r]/g)) {
    const before = text.cut(start, match.index);
    column += before.length;
    start = match.index + 1;
    parts.push(before);
    if (match[0] === '\t') {
      const spaces = size > 0 ? size - (column % size) : 0;
      length += spaces;
      if (length > run.budget.limits.characters) run.budget.text(length);
      parts.push(new Text(' '.repeat(spaces)));
      column += spaces;
    } else {
      parts.push(text.cut(match.index, start));
      column = 0;
    }
  }
  run.budget.text(length + text.text.length);
  return Text.join([...parts, text.cut(start)], text.markup);
}

/** Another text for each character, `inWord` where the one before it is a letter with case. */
function mapPoints(run: Run, text: Text, put: (point: string, inWord: boolean) => string): Text {
  run.budget.text(text.text.length);
  let result = '';
  let inWord = false;
  for (const point of text.text) {
    run.budget.work(8);
    result += put(point, inWord);
    inWord = isCased(point);
  }
  return text.become(result);
}

export const upper = (run: Run, text: Text): Text => {
  run.budget.text(text.text.length);
  return text.become(text.text.toUpperCase());
};

export const lower = (run: Run, text: Text): Text => {
  run.budget.text(text.text.length);
  return text.become(text.text.toLowerCase());
};

/** Small letters, where a final sigma depends on what is around: taken from the whole text's, where lengths agree. */
export function title(run: Run, text: Text): Text {
  const small = text.text.toLowerCase();
  const aligned = small.length === text.text.length;
  let at = 0;
  return mapPoints(run, text, (point, inWord) => {
    const own = aligned ? small.slice(at, at + point.length) : point.toLowerCase();
    at += point.length;
    return inWord ? own : titleOf(point);
  });
}

/** The first character as in a title, the rest in small letters. */
export function capitalize(run: Run, text: Text): Text {
  run.budget.text(text.text.length);
  const [first = ''] = text.text;
  const small = text.text.toLowerCase();
  const head = first.toLowerCase().length;
  return text.become(titleOf(first) + (text.text.length === first.length ? '' : small.slice(head)));
}

export const swapCase = (run: Run, text: Text): Text =>
  mapPoints(run, text, (point) =>
    isUpper(point) ? point.toLowerCase() : isLower(point) ? point.toUpperCase() : point,
  );

export const caseFold = (run: Run, text: Text): Text => mapPoints(run, text, foldOf);
