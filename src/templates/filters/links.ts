/** Finding the address in a word, for `urlize`. */

export interface LinkOptions {
  /** Characters shown of an address. */
  readonly limit: number | undefined;
  readonly rel: string;
  readonly target: string;
  /** Further schemes that make a link. */
  readonly schemes: readonly string[];
}

const W = String.raw`\p{L}\p{N}_`;
const HTTP = new RegExp(
  `^(?:(?:https?://|www\\.)(?:(?:[${W}%\\-]+\\.)+)?(?:[a-z]{2,63}|xn--[${W}%]{2,59})` +
    `|(?:[${W}%\\-]{2,63}\\.)+(?:com|net|int|edu|gov|org|info|mil)` +
    String.raw`|https?://(?:\d{1,3}(?:\.\d{1,3}){3}|\[(?:[\da-f]{0,4}:){2}(?:[\da-f]{0,4}:?){1,6}\]))` +
    String.raw`(?::\d{1,5})?(?:[/?#]\S*)?$`,
  'iu',
);
const MAIL = new RegExp(`^\\S+@[${W}][${W}.\\-]*\\.[${W}]+$`, 'u');

/** The word, which is escaped HTML, with its address made a link. */
export function linked(word: string, options: LinkOptions): string {
  const head = /^(?:[(<]|&lt;)+/.exec(word)?.[0] ?? '';
  const [middle, tail] = withoutTail(word.slice(head.length));
  return head + link(middle, options) + tail;
}

/** Signs at the end are no part of an address, but for brackets that close one in it. */
function withoutTail(word: string): readonly [middle: string, tail: string] {
  let tail = /(?:[)>.,\n]|&gt;)+$/.exec(word)?.[0] ?? '';
  let middle = word.slice(0, word.length - tail.length);
  for (const [open, close] of [
    ['(', ')'],
    ['<', '>'],
    ['&lt;', '&gt;'],
  ] as const) {
    const opened = count(middle, open);
    if (opened <= count(middle, close)) continue;
    for (let i = Math.min(opened, count(tail, close)); i > 0; i--) {
      const end = tail.indexOf(close) + close.length;
      middle += tail.slice(0, end);
      tail = tail.slice(end);
    }
  }
  return [middle, tail];
}

const count = (text: string, part: string): number => text.split(part).length - 1;

function link(middle: string, { limit, rel, target, schemes }: LinkOptions): string {
  const attributes = (rel === '' ? '' : ` rel="${rel}"`) + (target === '' ? '' : ` target="${target}"`);
  const points = Array.from(middle);
  const shown = limit !== undefined && points.length > limit ? `${points.slice(0, limit).join('')}...` : middle;
  if (HTTP.test(middle)) {
    const address = /^https?:\/\//.test(middle) ? middle : `https://${middle}`;
    return `<a href="${address}"${attributes}>${shown}</a>`;
  }
  if (middle.startsWith('mailto:') && MAIL.test(middle.slice(7))) return `<a href="${middle}">${middle.slice(7)}</a>`;
  if (/@/.test(middle) && !/^(?:www\.|@)/.test(middle) && !middle.includes(':') && MAIL.test(middle)) {
    return `<a href="mailto:${middle}">${middle}</a>`;
  }
  let result = middle;
  for (const scheme of schemes) {
    if (result !== scheme && result.startsWith(scheme)) result = `<a href="${result}"${attributes}>${result}</a>`;
  }
  return result;
}
