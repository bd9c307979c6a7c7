/** The methods of Python's `str`, by name. */

import { bind, NO_ARGUMENTS, signature, textOf, wholeOf, wholeOrNone, wrongType, type Arguments } from './arguments.ts';
import { encode } from './bytes.ts';
import { failed } from './fault.ts';
import { formatBraces } from './format-braces.ts';
import { escapeHtml } from './html.ts';
import { itemsOf } from './iterate.ts';
import { asText } from './show.ts';
import { Text } from './text.ts';
import { indexOfText, lastIndexOfText } from './text-search.ts';
import { capitalize, caseFold, expandTabs, justify, lower, replace, swapCase, title, upper, zeroFill } from './text-shape.ts'; // prettier-ignore
import { partition, split, splitFromEnd, splitLines, strip } from './text-split.ts';
import { TEXT_TESTS } from './text-tests.ts';
import { Tuple, type Value } from './values.ts';
import { Writer } from './writer.ts';
import type { Run } from './run.ts';

type Method = (run: Run, text: Text, args: Arguments) => Value;
type Bound = readonly (Value | undefined)[];

/** A method with its signature; the arguments come by place. */
function method(
  name: string,
  parameters: string,
  call: (run: Run, text: Text, args: Bound) => Value,
): [string, Method] {
  const expected = signature(parameters);
  return [name, (run, text, args) => call(run, text, bind(`${name}()`, expected, args))];
}

const SPACE_FILL = new Text(' ');
const optionalText = (what: string, value: Value | undefined): Text | null =>
  value === undefined || value === null ? null : textOf(what, value);

const stripMethod = (name: string, left: boolean, right: boolean): [string, Method] =>
  method(name, 'chars= /', (run, text, [characters]) => strip(run, text, optionalText(name, characters), left, right));

const justifyMethod = (name: string, to: 'left' | 'right' | 'center'): [string, Method] =>
  method(name, 'width fillchar= /', (run, text, [width, fill]) =>
    justify(run, text, wholeOf(name, width, 0), textOf(name, fill, SPACE_FILL), to),
  );

/** The part of the text between two indices as Python's slices take them, in code points; undefined when start lies behind the end. */
function windowOf(
  what: string,
  text: Text,
  start: Value | undefined,
  end: Value | undefined,
): [number, number] | undefined {
  const { length } = text;
  const place = (value: number): number => (value < 0 ? Math.max(0, value + length) : value);
  const from = place(wholeOrNone(what, start, 0));
  const to = Math.min(length, place(wholeOrNone(what, end, length)));
  return from > to || from > length ? undefined : [from, to];
}

/** A method that looks for a text in [start, end); the index found is in code points, -1 for none. */
function finder(name: string, last: boolean, missing: () => Value): [string, Method] {
  return method(name, 'sub start= end= /', (run, text, [wanted, start, end]) => {
    const sub = textOf(name, wanted);
    const bounds = windowOf(name, text, start, end);
    if (!bounds) return missing();
    run.budget.text(text.text.length);
    const [from, to] = [text.offset(bounds[0]), text.offset(bounds[1])];
    const found = last
      ? lastIndexOfText(run, text.text, sub.text, from, to)
      : indexOfText(run, text.text.slice(0, to), sub.text, from);
    return found < 0 ? missing() : BigInt(text.index(found));
  });
}

function count(run: Run, text: Text, sub: Text, bounds: [number, number] | undefined): bigint {
  if (!bounds) return 0n;
  if (sub.text === '') return BigInt(bounds[1] - bounds[0] + 1);
  const part = text.text.slice(0, text.offset(bounds[1]));
  let found = 0n;
  let at = indexOfText(run, part, sub.text, text.offset(bounds[0]));
  for (; at >= 0; at = indexOfText(run, part, sub.text, at + sub.text.length)) found += 1n;
  return found;
}

function affix(name: string, atEnd: boolean): [string, Method] {
  return method(name, 'prefix start= end= /', (run, text, [wanted, start, end]) => {
    const choices = wanted instanceof Tuple ? wanted.items : [wanted];
    const texts = choices.map((choice) => textOf(name, choice));
    const bounds = windowOf(name, text, start, end);
    if (!bounds) return false;
    const part = text.points(...bounds).text;
    run.budget.work(texts.reduce((sum, { text: choice }) => sum + choice.length, 0) + 8 * texts.length);
    return texts.some(({ text: choice }) => (atEnd ? part.endsWith(choice) : part.startsWith(choice)));
  });
}

function join(run: Run, separator: Text, value: Value): Text {
  const writer = new Writer(run.budget);
  for (const [i, item] of itemsOf(run, value).entries()) {
    if (i > 0) writer.add(separator);
    const text = asText(item, `Item ${i} of join()`);
    writer.add(separator.markup ? escapeHtml(run, text) : text);
  }
  return writer.done(separator.markup);
}

const notFound = (): never => {
  throw failed('substring not found');
};

const METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
  ...Object.entries(TEXT_TESTS).map(([name, test]) =>
    method(name, '', (run, text) => {
      run.budget.text(text.text.length);
      return test(text.text);
    }),
  ),
  ...Object.entries({ upper, lower, title, capitalize, swapcase: swapCase, casefold: caseFold }).map(([name, change]) =>
    method(name, '', change),
  ),
  stripMethod('strip', true, true),
  stripMethod('lstrip', true, false),
  stripMethod('rstrip', false, true),
  justifyMethod('center', 'center'),
  justifyMethod('ljust', 'left'),
  justifyMethod('rjust', 'right'),
  method('zfill', 'width /', (run, text, [width]) => zeroFill(run, text, wholeOf('zfill', width, 0))),
  method('expandtabs', 'tabsize=', (run, text, [size]) => expandTabs(run, text, wholeOf('expandtabs', size, 8))),
  method('split', 'sep= maxsplit=', (run, text, [separator, most]) =>
    split(run, text, optionalText('split', separator), wholeOf('split', most, -1)),
  ),
  method('rsplit', 'sep= maxsplit=', (run, text, [separator, most]) =>
    splitFromEnd(run, text, optionalText('rsplit', separator), wholeOf('rsplit', most, -1)),
  ),
  method('splitlines', 'keepends=', (run, text, [keep]) =>
    splitLines(
      run,
      text,
      keep !== undefined && (typeof keep === 'boolean' ? keep : wholeOf('splitlines', keep, 0) !== 0),
    ),
  ),
  method('partition', 'sep /', (run, text, [sep]) => partition(run, text, textOf('partition', sep), false)),
  method('rpartition', 'sep /', (run, text, [sep]) => partition(run, text, textOf('rpartition', sep), true)),
  method('replace', 'old new count= /', (run, text, [old, by, most]) => {
    const replacement = textOf('replace', by);
    const put = text.markup ? escapeHtml(run, replacement) : replacement;
    return replace(run, text, textOf('replace', old), put, wholeOf('replace', most, -1));
  }),
  method('removeprefix', 'prefix /', (run, text, [prefix]) => {
    const { text: head } = textOf('removeprefix', prefix);
    run.budget.text(text.text.length);
    return text.text.startsWith(head) ? text.cut(head.length) : text;
  }),
  method('removesuffix', 'suffix /', (run, text, [suffix]) => {
    const { text: tail } = textOf('removesuffix', suffix);
    run.budget.text(text.text.length);
    return text.text.endsWith(tail) ? text.cut(0, text.text.length - tail.length) : text;
  }),
  affix('startswith', false),
  affix('endswith', true),
  finder('find', false, () => -1n),
  finder('rfind', true, () => -1n),
  finder('index', false, notFound),
  finder('rindex', true, notFound),
  method('count', 'sub start= end= /', (run, text, [sub, start, end]) =>
    count(run, text, textOf('count', sub), windowOf('count', text, start, end)),
  ),
  method('join', 'iterable /', (run, text, [items]) => join(run, text, items!)),
  method('encode', 'encoding= errors=', (run, text, [encoding, errors]) => encode(run, text, encoding, errors)),
  ['format', (run, text, args) => formatBraces(run, text, args)],
  method('format_map', 'mapping /', (run, text, [mapping]) => formatMap(run, text, mapping!)),
]);

function formatMap(run: Run, text: Text, mapping: Value): Text {
  return formatBraces(run, text, { ...NO_ARGUMENTS, named: namesOf(mapping) });
}

/** The names of Python's `str` that have no method here. */
export const MISSING_TEXT_METHODS: ReadonlySet<string> = new Set(['translate', 'maketrans', 'unescape', 'striptags']);

/** The method of this name, bound to the text; undefined when `str` has none. */
export const textMethod = (name: string): Method | undefined => METHODS.get(name);

function namesOf(mapping: Value): ReadonlyMap<string, Value> {
  const names = new Map<string, Value>();
  const entries = mapping !== null && typeof mapping === 'object' && 'entries' in mapping ? mapping.entries : undefined;
  if (!entries) throw wrongType('format_map()', 'a dict', mapping);
  for (const [key, value] of entries.values()) if (key instanceof Text) names.set(key.text, value);
  return names;
}
