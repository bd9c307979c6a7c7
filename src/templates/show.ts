/** Python's texts of values: `str` and `repr`. */

import { failed, unsupported } from './fault.ts';
import { floatText, intText } from './numbers.ts';
import { EMPTY, Text } from './text.ts';
import { isPrintable } from './unicode.ts';
import { Dict, List, Tuple, typeName, Undefined, type Value } from './values.ts';
import { Writer } from './writer.ts';
import type { Run } from './run.ts';

/** str(value), which is no markup. */
export const strOf = (run: Run, value: Value): Text => softStr(run, value).as(false);

/** str(value), where markup stays markup. */
export function softStr(run: Run, value: Value): Text {
  if (value instanceof Text) return value;
  if (value instanceof Undefined) return EMPTY;
  return reprOf(run, value);
}

/** repr(value) */
export function reprOf(run: Run, value: Value): Text {
  const writer = new Writer(run.budget);
  writeRepr(run, writer, value);
  return writer.done();
}

export function writeRepr(run: Run, writer: Writer, value: Value): void {
  if (value === null) writer.add('None');
  else if (typeof value === 'boolean') writer.add(value ? 'True' : 'False');
  else if (typeof value === 'bigint') writer.add(intText(value));
  else if (typeof value === 'number') writer.add(floatText(value));
  else if (value instanceof Text) writeQuoted(writer, value);
  else if (value instanceof Undefined) writer.add('Undefined');
  else if (value instanceof List) writeItems(run, writer, '[', value.items, ']');
  else if (value instanceof Tuple) writeItems(run, writer, '(', value.items, value.items.length === 1 ? ',)' : ')');
  else if (value instanceof Dict) writeDict(run, writer, value);
  else {
    const shown = value.show(run);
    if (!shown) throw unsupported(`The text of a ${value.type}, which in Python names a place in memory,`);
    writer.add(shown);
  }
}

export function writeItems(run: Run, writer: Writer, open: string, items: readonly Value[], close: string): void {
  writer.add(open);
  run.budget.deeper(() => {
    for (const [i, item] of items.entries()) {
      if (i > 0) writer.add(', ');
      writeRepr(run, writer, item);
    }
  });
  writer.add(close);
}

function writeDict(run: Run, writer: Writer, dict: Dict): void {
  writer.add('{');
  let first = true;
  run.budget.deeper(() => {
    for (const [key, value] of dict.entries.values()) {
      if (!first) writer.add(', ');
      first = false;
      writeRepr(run, writer, key);
      writer.add(': ');
      writeRepr(run, writer, value);
    }
  });
  writer.add('}');
}

const SHORT: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function writeQuoted(writer: Writer, text: Text): void {
  const quote = text.text.includes("'") && !text.text.includes('"') ? '"' : "'";
  const escaped = text.text.replaceAll(/[\\'"\p{C}\p{Z}]/gu, (point) => {
    if (point === quote) return `\\${point}`;
    if (point === "'" || point === '"') return point;
    return SHORT[point] ?? (isPrintable(point) ? point : hexEscape(point));
  });
  if (text.markup) writer.add('Markup(');
  writer.add(quote).add(text.become(escaped)).add(quote);
  if (text.markup) writer.add(')');
}

function hexEscape(point: string): string {
  const code = point.codePointAt(0)!;
  const hex = code.toString(16);
  if (code < 0x100) return `\\x${hex.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

/** The value, which must be a text. @throws TemplateFault that names `what` wanted it. */
export function asText(value: Value, what: string): Text {
  if (value instanceof Text) return value;
  if (value instanceof Undefined) throw failed(value.hint);
  throw failed(`${what} wants a text, not ${typeName(value)}`);
}
