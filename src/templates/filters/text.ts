/** Filters of texts. */

import { textOf, wholeOf, wholeOrNone } from '../arguments.ts';
import { failed } from '../fault.ts';
import { formatPercent } from '../format-percent.ts';
import { escapeHtml } from '../html.ts';
import { asText, softStr, strOf } from '../show.ts';
import { capitalize, justify, lower, replace, upper } from '../text-shape.ts';
import { splitFromEnd, splitLines, strip } from '../text-split.ts';
import { Text } from '../text.ts';
import { OPERATIONS } from '../arithmetic.ts';
import { SPACE } from '../unicode.ts';
import { truth, Tuple, type Value } from '../values.ts';
import { Writer } from '../writer.ts';
import { dictOf } from '../compare.ts';
import { filter, type Bound, type Filter } from './define.ts';
import { wrap } from './wrap.ts';
import type { Run } from '../run.ts';

const NEWLINE = new Text('\n');
const WORD = new RegExp(`(?:[-({[<]|${SPACE})+|(?:(?![-({[<]|${SPACE})[^])+`, 'g');

/** The first letter of each word in capitals, the rest small; words end at white space, dashes and opening brackets. */
function title(run: Run, value: Value): Text {
  const text = softStr(run, value);
  run.budget.text(text.text.length);
  run.budget.work(4 * text.text.length);
  return text.become(
    text.text.replaceAll(WORD, (word) => {
      const [first = ''] = word;
      return first.toUpperCase() + word.slice(first.length).toLowerCase();
    }),
  );
}

function replaceIn(run: Run, value: Value, [old, by, count]: Bound): Text {
  const most = wholeOrNone('replace', count, -1);
  if (!run.autoescape) return replace(run, strOf(run, value), strOf(run, old!), strOf(run, by!), most);
  const [wanted, put] = [softStr(run, old!), softStr(run, by!)];
  const given = softStr(run, value);
  const text = wanted.markup || (put.markup && !given.markup) ? escapeHtml(run, given) : given;
  return replace(run, text, wanted, text.markup ? escapeHtml(run, put) : put, most);
}

function indent(run: Run, value: Value, [width = 4n, first = false, blank = false]: Bound): Text {
  const text = asText(value, 'indent');
  const unit = width instanceof Text ? width : OPERATIONS['*']!(run, new Text(' '), width);
  const indention = asText(unit, 'indent').as(text.markup);
  const newline = NEWLINE.as(text.markup);
  const lines = splitLines(run, Text.join([text, newline], text.markup), false).items as readonly Text[];
  const writer = new Writer(run.budget);
  if (truth(run, first)) writer.add(indention);
  for (const [i, line] of lines.entries()) {
    if (i > 0) writer.add(newline);
    if (i > 0 && (line.text !== '' || truth(run, blank))) writer.add(indention);
    writer.add(line);
  }
  return writer.done(text.markup);
}

function truncate(run: Run, value: Value, [length, kill = false, end, leeway]: Bound): Value {
  const most = wholeOf('truncate', length, 255);
  const tail = textOf('truncate', end, new Text('...'));
  const spare = wholeOrNone('truncate', leeway, 5);
  if (most < tail.length || spare < 0) throw failed(`truncate wants a length of ${tail.length} at least`);
  const text = asText(value, 'truncate');
  if (text.length <= most + spare) return text;
  const head = text.points(0, most - tail.length);
  const cut = truth(run, kill) ? head : (splitFromEnd(run, head, new Text(' '), 1).items[0] as Text);
  return OPERATIONS['+']!(run, cut, tail);
}

function wordwrap(run: Run, value: Value, [width, breakLong = true, joint, hyphens = true]: Bound): Text {
  const text = asText(value, 'wordwrap');
  const by = joint === undefined || joint === null ? NEWLINE : textOf('wordwrap', joint);
  const lines = splitLines(run, text, false).items as readonly Text[];
  const options = {
    width: wholeOf('wordwrap', width, 79),
    breakLong: truth(run, breakLong),
    hyphens: truth(run, hyphens),
  };
  const writer = new Writer(run.budget);
  for (const [i, line] of lines.entries()) {
    if (i > 0) writer.add(by);
    for (const [j, part] of wrap(run, line, options).entries()) {
      if (j > 0) writer.add(by);
      writer.add(part);
    }
  }
  return writer.done();
}

const format: Filter = (run, value, { positional, named }) => {
  if (positional.length > 0 && named.size > 0) throw failed('format takes values or names, not both');
  const names = [...named].map(([name, item]) => [new Text(name), item] as const);
  return formatPercent(run, softStr(run, value), named.size > 0 ? dictOf(run, names) : new Tuple(positional));
};

export const TEXT_FILTERS: readonly (readonly [string, Filter])[] = [
  filter('upper', '', (run, value) => upper(run, softStr(run, value))),
  filter('lower', '', (run, value) => lower(run, softStr(run, value))),
  filter('capitalize', '', (run, value) => capitalize(run, softStr(run, value))),
  filter('title', '', title),
  filter('string', '', softStr),
  filter('trim', 'chars=', (run, value, [chars = null]) =>
    strip(run, softStr(run, value), chars === null ? null : textOf('trim', chars), true, true),
  ),
  filter('center', 'width=', (run, value, [width]) =>
    justify(run, softStr(run, value), wholeOf('center', width, 80), new Text(' '), 'center'),
  ),
  filter('replace', 'old new count=', replaceIn),
  filter('indent', 'width= first= blank=', indent),
  filter('truncate', 'length= killwords= end= leeway=', truncate),
  filter('wordwrap', 'width= break_long_words= wrapstring= break_on_hyphens=', wordwrap),
  filter('wordcount', '', (run, value) => {
    const text = softStr(run, value);
    run.budget.text(text.text.length);
    return BigInt(text.text.match(/[\p{L}\p{N}_]+/gu)?.length ?? 0);
  }),
  ['format', format],
];
