/** Filters of HTML and of addresses. */

import { wholeOrNone } from '../arguments.ts';
import { failed, TemplateFault, unsupported } from '../fault.ts';
import { escapeHtml, unescapeHtml } from '../html.ts';
import { each, itemsOf, iteratorOf } from '../iterate.ts';
import { asText, softStr, strOf } from '../show.ts';
import { split } from '../text-split.ts';
import { Text } from '../text.ts';
import { SPACE } from '../unicode.ts';
import { Dict, truth, typeName, Undefined, type Value } from '../values.ts';
import { Writer } from '../writer.ts';
import { filter, type Bound, type Filter } from './define.ts';
import { linked, type LinkOptions } from './links.ts';
import type { Run } from '../run.ts';

/** The text without comments and tags, white space made one, escapes undone. */
function stripTags(run: Run, value: Value): Text {
  const text = softStr(run, value);
  const bare = cutOut(run, cutOut(run, text.as(false), '<!--', '-->'), '<', '>');
  const words = split(run, bare, null, -1).items as readonly Text[];
  const joined = words.flatMap((word, i) => (i > 0 ? [new Text(' '), word] : [word]));
  const whole = Text.join(joined);
  const plain = unescapeHtml(whole.text);
  if (plain === undefined) throw unsupported('Such an HTML escape in striptags');
  return whole.become(plain);
}

/** The text without what stands from each `open` to the next `close`. */
function cutOut(run: Run, text: Text, open: string, close: string): Text {
  let rest = text;
  for (;;) {
    const start = rest.text.indexOf(open);
    const end = start < 0 ? -1 : rest.text.indexOf(close, start);
    run.budget.step();
    run.budget.text(rest.text.length);
    if (end < 0) return rest;
    rest = Text.join([rest.cut(0, start), rest.cut(end + close.length)]);
  }
}

/** Percent signs for all but letters, digits and _.-~; `/` stays in a path, a space is + in a query. */
function quote(run: Run, value: Value, query: boolean): Text {
  const text = strOf(run, value);
  run.budget.text(text.text.length);
  const quoted = encodeURIComponent(text.text).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  run.budget.text(quoted.length);
  return text.become(query ? quoted.replaceAll('%20', '+') : quoted.replaceAll('%2F', '/'));
}

function urlEncode(run: Run, value: Value): Text {
  const iterable = !(value instanceof Text) && (value instanceof Dict || iteratorOf(run, value) !== undefined);
  if (!iterable) return quote(run, value, false);
  const writer = new Writer(run.budget);
  const pairs =
    value instanceof Dict ? [...value.entries.values()] : [...each(run, value)].map((pair) => pairOf(run, pair));
  for (const [i, [key, item]] of pairs.entries()) {
    if (i > 0) writer.add('&');
    writer
      .add(quote(run, key, true))
      .add('=')
      .add(quote(run, item, true));
  }
  return writer.done();
}

function pairOf(run: Run, value: Value): readonly [Value, Value] {
  const items = itemsOf(run, value);
  if (items.length !== 2) throw failed('urlencode wants pairs');
  return [items[0]!, items[1]!];
}

function xmlAttributes(run: Run, value: Value, [autospace = true]: Bound): Text {
  if (!(value instanceof Dict)) {
    throw failed(value instanceof Undefined ? value.hint : `xmlattr wants a dict, not ${typeName(value)}`);
  }
  const writer = new Writer(run.budget);
  const space = truth(run, autospace);
  for (const [key, item] of value.entries.values()) {
    if (item === null || item instanceof Undefined) continue;
    const name = asText(key, 'xmlattr');
    if (/[\s/>=]/.test(name.text.replaceAll(/[^\0-\x7f]/g, '_'))) throw failed('Invalid character in attribute name');
    if (writer.length > 0 || space) writer.add(' ');
    writer
      .add(escapeHtml(run, name))
      .add('="')
      .add(escapeHtml(run, softStr(run, item)))
      .add('"');
  }
  return writer.done(run.autoescape);
}

/** Longer words are no addresses, and the patterns below would take time with the square of their length. */
const MAX_WORD = 2000;

function urlize(
  run: Run,
  value: Value,
  [limit, nofollow = false, target = null, rel = null, schemes = null]: Bound,
): Text {
  const rels = new Set([...(rel === null ? [] : asText(rel, 'urlize').text.split(/\s+/)), 'noopener']);
  const given = [rel, target].some((attribute) => attribute instanceof Text && attribute.isGiven);
  if (truth(run, nofollow)) rels.add('nofollow');
  rels.delete('');
  const options: LinkOptions = {
    limit: limit === undefined || limit === null ? undefined : wholeOrNone('urlize', limit, 0),
    rel: escapeHtml(run, new Text([...rels].toSorted().join(' '))).text,
    target: target === null ? '' : escapeHtml(run, softStr(run, target)).text,
    schemes: schemes === null ? [] : [...each(run, schemes)].map((scheme) => schemeOf(scheme)),
  };
  const text = escapeHtml(run, softStr(run, value)).as(false);
  const writer = new Writer(run.budget);
  for (const match of text.text.matchAll(WORDS)) {
    run.budget.step();
    if (match[0].length > MAX_WORD)
      throw new TemplateFault('limit', `It looks for links in a word of more than ${MAX_WORD} characters`);
    const word = linked(match[0], options);
    writer.add(given ? Text.given(word) : text.cut(match.index, match.index + match[0].length).become(word));
  }
  return writer.done(run.autoescape);
}

const WORDS = new RegExp(`${SPACE}+|(?:(?!${SPACE})[^])+`, 'g');

function schemeOf(value: Value): string {
  const { text } = asText(value, 'urlize');
  if (!/^[\p{L}\p{N}_.+-]{2,}:\/{0,2}$/u.test(text)) throw failed('A scheme of urlize is not valid');
  return text;
}

export const MARKUP_FILTERS: readonly (readonly [string, Filter])[] = [
  filter('escape', '', (run, value) => escapeHtml(run, softStr(run, value))),
  filter('e', '', (run, value) => escapeHtml(run, softStr(run, value))),
  filter('forceescape', '', (run, value) => escapeHtml(run, strOf(run, value))),
  filter('safe', '', (run, value) => softStr(run, value).as(true)),
  filter('striptags', '', stripTags),
  filter('urlencode', '', urlEncode),
  filter('urlize', 'trim_url_limit= nofollow= target= rel= extra_schemes=', urlize),
  filter('xmlattr', 'autospace=', xmlAttributes),
];
