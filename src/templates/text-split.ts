/** Cutting texts: the methods of Python's `str` that give pieces of it. Offsets here are UTF-16 units. */

import { failed } from './fault.ts';
import { EMPTY, type Text } from './text.ts';
import { indexOfText, lastIndexOfText } from './text-search.ts';
import { isSpaceAt, LINE_END, trimmedBounds } from './unicode.ts';
import { List, Tuple, type Value } from './values.ts';
import type { Run } from './run.ts';

/** Pieces between separators, at most `most` cuts; null separates by stretches of white space. */
export function split(run: Run, text: Text, separator: Text | null, most: number): List {
  const pieces: Value[] = [];
  const keep = (piece: Text): void => {
    pieces.push(piece);
    if (pieces.length > run.budget.limits.items) run.budget.list(pieces.length);
  };
  run.budget.text(text.text.length);
  if (separator === null) splitSpaces(text, most, keep);
  else {
    if (separator.text === '') throw failed('empty separator');
    let start = 0;
    const last = most < 0 ? Infinity : most;
    while (pieces.length < last) {
      const found = indexOfText(run, text.text, separator.text, start);
      if (found < 0) break;
      keep(text.cut(start, found));
      start = found + separator.text.length;
    }
    keep(text.cut(start));
  }
  run.budget.list(pieces.length);
  return new List(pieces);
}

function splitSpaces(text: Text, most: number, keep: (piece: Text) => void): void {
  const source = text.text;
  let count = 0;
  for (let at = trimmedBounds(source)[0]; at < source.length; count++) {
    if (most >= 0 && count === most) {
      keep(text.cut(at));
      return;
    }
    let end = at;
    while (end < source.length && !isSpaceAt(source, end)) end += 1;
    keep(text.cut(at, end));
    at = end;
    while (at < source.length && isSpaceAt(source, at)) at += 1;
  }
}

/** As `split`, cut from the end. */
export function splitFromEnd(run: Run, text: Text, separator: Text | null, most: number): List {
  if (most < 0) return split(run, text, separator, most);
  const pieces: Value[] = [];
  run.budget.text(text.text.length);
  let end = text.text.length;
  if (separator === null) {
    const source = text.text;
    end = trimmedBounds(source, false)[1];
    while (end > 0 && pieces.length < most) {
      let start = end;
      while (start > 0 && !isSpaceAt(source, start - 1)) start -= 1;
      pieces.push(text.cut(start, end));
      run.budget.list(1);
      end = start;
      while (end > 0 && isSpaceAt(source, end - 1)) end -= 1;
    }
    if (end > 0) pieces.push(text.cut(0, end));
  } else {
    if (separator.text === '') throw failed('empty separator');
    while (pieces.length < most) {
      const found = lastIndexOfText(run, text.text, separator.text, 0, end);
      if (found < 0) break;
      pieces.push(text.cut(found + separator.text.length, end));
      run.budget.list(1);
      end = found;
    }
    pieces.push(text.cut(0, end));
  }
  run.budget.list(pieces.length);
  return new List(pieces.toReversed());
}

/** Lines, without or with their ends. */
export function splitLines(run: Run, text: Text, keepEnds: boolean): List {
  const lines: Value[] = [];
  run.budget.text(text.text.length);
  let start = 0;
  for (const match of text.text.matchAll(LINE_END)) {
    const end = match.index + match[0].length;
    lines.push(text.cut(start, keepEnds ? end : match.index));
    if (lines.length > run.budget.limits.items) run.budget.list(lines.length);
    start = end;
  }
  if (start < text.text.length) lines.push(text.cut(start));
  run.budget.list(lines.length);
  return new List(lines);
}

/** What stands before a separator, the separator, and what stands after it. */
export function partition(run: Run, text: Text, separator: Text, last: boolean): Tuple {
  if (separator.text === '') throw failed('empty separator');
  run.budget.text(text.text.length);
  const found = last
    ? lastIndexOfText(run, text.text, separator.text, 0, text.text.length)
    : indexOfText(run, text.text, separator.text, 0);
  const empty = EMPTY.as(text.markup);
  if (found < 0) return new Tuple(last ? [empty, empty, text] : [text, empty, empty]);
  return new Tuple([text.cut(0, found), separator.as(text.markup), text.cut(found + separator.text.length)]);
}

/** The text without white space, or these characters, at its ends. */
export function strip(run: Run, text: Text, characters: Text | null, left: boolean, right: boolean): Text {
  run.budget.text(text.text.length);
  if (characters === null) return text.cut(...trimmedBounds(text.text, left, right));
  run.budget.text(characters.text.length);
  const away = new Set(characters.text);
  const source = text.text;
  let [start, end] = [0, source.length];
  if (left) {
    for (let point = pointAt(source, start); start < end && away.has(point); point = pointAt(source, start)) {
      start += point.length;
    }
  }
  if (right) {
    for (let point = pointBefore(source, end); end > start && away.has(point); point = pointBefore(source, end)) {
      end -= point.length;
    }
  }
  return text.cut(start, end);
}

/** The character that begins at an offset, '' at the end. */
const pointAt = (text: string, at: number): string =>
  at < text.length ? String.fromCodePoint(text.codePointAt(at)!) : '';

/** The character that ends at an offset, '' at the start. */
function pointBefore(text: string, at: number): string {
  const pair = at >= 2 && text.codePointAt(at - 2)! > 0xffff;
  return text.slice(pair ? at - 2 : Math.max(0, at - 1), at);
}
