/** Python's `text.format(…)`, as Jinja's sandbox runs it. */

import type { Arguments } from './arguments.ts';
import { failed, unsupported } from './fault.ts';
import { formatValue } from './format-spec.ts';
import { reprOf, strOf } from './show.ts';
import { Text } from './text.ts';
import { Undefined, type Value } from './values.ts';
import { Writer } from './writer.ts';
import type { Run } from './run.ts';

/** Numbers fields that have no name: '{}' takes the next one. */
class Fields {
  readonly #args: Arguments;
  #next = 0;

  constructor(args: Arguments) {
    this.#args = args;
  }

  first(name: string): Value {
    if (name === '' || /^\d+$/.test(name)) {
      if (name !== '' ? this.#next > 0 : this.#next < 0)
        throw failed('Fields of a format are numbered or not, never mixed');
      const place = name === '' ? this.#next++ : Number(name);
      if (name !== '') this.#next = -1;
      const value = this.#args.positional[place];
      if (value === undefined) throw failed('Replacement index out of range for positional args tuple');
      return value;
    }
    const value = this.#args.named.get(name);
    if (value === undefined) throw failed(`The format names '${name}', which is not given`);
    return value;
  }
}

export function formatBraces(run: Run, format: Text, args: Arguments): Text {
  if (format.markup) throw unsupported('`format` of markup');
  return expand(run, format, new Fields(args), 2);
}

function expand(run: Run, format: Text, fields: Fields, depth: number): Text {
  if (depth === 0) throw failed('Max string recursion exceeded');
  const writer = new Writer(run.budget);
  const { text } = format;
  let at = 0;
  while (at < text.length) {
    const next = text.slice(at).search(/[{}]/);
    const brace = next < 0 ? text.length : at + next;
    writer.add(format.cut(at, brace));
    if (brace === text.length) break;
    if (text[brace] === text[brace + 1]) {
      writer.add(text[brace]!);
      at = brace + 2;
      continue;
    }
    if (text[brace] === '}') throw failed("Single '}' encountered in format string");
    const end = closing(text, brace);
    writer.add(field(run, format.cut(brace + 1, end), fields, depth));
    at = end + 1;
  }
  return writer.done();
}

/** Where the field that opens here ends. */
function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === '{') depth += 1;
    else if (text[at] === '}' && --depth === 0) return at;
  }
  throw failed("expected '}' before end of string");
}

const FIELD = /^([^!:]*)(?:!([^:]?))?(?::([^]*))?$/;

function field(run: Run, source: Text, fields: Fields, depth: number): Text {
  const match = FIELD.exec(source.text);
  if (!match) throw failed("expected ':' after conversion specifier");
  const [, path, conversion, spec = ''] = match;
  let value = lookUp(run, path!, fields);
  if (conversion === 's') value = strOf(run, value);
  else if (conversion === 'r' || conversion === 'a') value = reprOf(run, value);
  else if (conversion !== undefined) throw failed(`Unknown conversion specifier '${conversion}'`);
  const wanted = expand(run, source.cut(source.text.length - spec.length), fields, depth - 1);
  const shown = formatValue(run, value, wanted.text);
  // Its fill may have come from outside.
  return wanted.isGiven ? Text.given(shown.text) : shown;
}

const STEP = /\.([^.[\]]+)|\[([^\]]+)\]/gy;

function lookUp(run: Run, path: string, fields: Fields): Value {
  const first = /^[^.[]*/.exec(path)![0];
  let value = fields.first(first);
  STEP.lastIndex = first.length;
  while (STEP.lastIndex < path.length) {
    const step = STEP.exec(path);
    if (!step) throw failed('A field of a format cannot be read');
    const [, name, key] = step;
    if (name !== undefined) value = run.attribute(value, name);
    else value = run.item(value, /^\d+$/.test(key!) ? BigInt(key!) : new Text(key!));
    if (value instanceof Undefined) throw unsupported('A field of a format that is undefined');
  }
  return value;
}
