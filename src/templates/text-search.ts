/** Finding a text in a text, charged by what it may cost. */

import type { Run } from './run.ts';

// A longer text is found by Knuth, Morris and Pratt's way: the engine's own may take the product of both lengths.
const LONG = 64;

/** UTF-16 offset of the first place at or after `from`, -1 when there is none. */
export function indexOfText(run: Run, text: string, wanted: string, from: number): number {
  if (wanted.length <= LONG) {
    const found = text.indexOf(wanted, from);
    run.budget.work(((found < 0 ? text.length : found) - from) / 4 + 4);
    return found;
  }
  if (text.length - from < wanted.length) return -1;
  run.budget.work(8 * wanted.length);
  const borders = bordersOf(wanted);
  let matched = 0;
  for (let at = from; at < text.length; at++) {
    while (matched > 0 && text.charCodeAt(at) !== wanted.charCodeAt(matched)) matched = borders[matched - 1]!;
    if (text.charCodeAt(at) === wanted.charCodeAt(matched)) matched += 1;
    if (matched === wanted.length) {
      run.budget.work(4 * (at - from));
      return at - matched + 1;
    }
  }
  run.budget.work(4 * (text.length - from));
  return -1;
}

/** The last place that lies in [from, end) as a whole, -1 when there is none. */
export function lastIndexOfText(run: Run, text: string, wanted: string, from: number, end: number): number {
  if (wanted === '') return end >= from ? end : -1;
  let last = -1;
  if (wanted.length <= LONG) {
    last = text.slice(from, end).lastIndexOf(wanted);
    run.budget.work((end - from) / 4 + 4);
    return last < 0 ? -1 : last + from;
  }
  const part = text.slice(0, end);
  for (let at = indexOfText(run, part, wanted, from); at >= 0; at = indexOfText(run, part, wanted, at + 1)) last = at;
  return last;
}

/** For each beginning of the text, the length of its longest proper beginning that is also its end. */
function bordersOf(text: string): Uint32Array {
  const borders = new Uint32Array(text.length);
  let length = 0;
  for (let at = 1; at < text.length; at++) {
    while (length > 0 && text.charCodeAt(at) !== text.charCodeAt(length)) length = borders[length - 1]!;
    if (text.charCodeAt(at) === text.charCodeAt(length)) length += 1;
    borders[at] = length;
  }
  return borders;
}
