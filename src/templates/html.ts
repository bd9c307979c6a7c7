/** HTML in texts: Python's markupsafe, and Jinja's filters that make links and attributes. */

import { Text } from './text.ts';
import type { Run } from './run.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&#39;',
  '"': '&#34;',
};

/** The text with the characters of HTML escaped; markup stays as it is. The result is markup. */
export function escapeHtml(run: Run, text: Text): Text {
  if (text.markup) return text;
  return mapPieces(run, text, /[&<>'"]/g, (piece) => ESCAPES[piece]!).as(true);
}

/** Every match put otherwise; what replaces a given character counts as given. */
export function mapPieces(run: Run, text: Text, pattern: RegExp, put: (piece: string) => string): Text {
  run.budget.text(text.text.length);
  const parts: Text[] = [];
  let [last, length] = [0, 0];
  for (const match of text.text.matchAll(pattern)) {
    const end = match.index + match[0].length;
    const piece = text.cut(match.index, end).become(put(match[0]));
    parts.push(text.cut(last, match.index), piece);
    length += piece.text.length + match.index - last;
    if (length > run.budget.limits.characters) run.budget.text(length);
    run.budget.work(8);
    last = end;
  }
  if (last === 0) return text;
  parts.push(text.cut(last));
  return Text.join(parts, text.markup);
}

/** The entities that have names are those of ordinary text; others stay as they are, as an unknown name does. */
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };

/** Undoes escapes: the five of markupsafe, named ones of ordinary text, and numbers. Undefined for any other name. */
export function unescapeHtml(text: string): string | undefined {
  let known = true;
  const plain = text.replaceAll(
    /&(?:#(\d+);?|#[xX]([\da-fA-F]+);?|([a-zA-Z][a-zA-Z\d]*);?)/g,
    (whole, decimal, hex, name) => {
      if (name !== undefined) {
        const character = whole.endsWith(';') && Object.hasOwn(NAMED, name) ? NAMED[name] : undefined;
        if (character === undefined) known = false;
        return character ?? whole;
      }
      const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
      if (code < 32 || (code > 126 && code < 160) || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
        known = false;
      return known ? String.fromCodePoint(code) : whole;
    },
  );
  return known ? plain : undefined;
}
