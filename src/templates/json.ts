/** `tojson`, as transformers sets it up: Python's json.dumps, without escapes for HTML. */

import { bind, signature, wholeOf, type Arguments } from './arguments.ts';
import { order } from './compare.ts';
import { failed } from './fault.ts';
import { itemsOf } from './iterate.ts';
import { floatText, intText } from './numbers.ts';
import { EMPTY, Text } from './text.ts';
import { Dict, List, truth, Tuple, typeName, type Value } from './values.ts';
import { Writer } from './writer.ts';
import type { Run } from './run.ts';

interface Style {
  readonly ascii: boolean;
  /** What each level is indented by; undefined keeps all on one line. */
  readonly indent: Text | undefined;
  readonly between: Text;
  readonly colon: Text;
  readonly sorted: boolean;
}

const PARAMETERS = signature('value ensure_ascii= indent= separators= sort_keys=');

/** The value as JSON text. */
export function toJson(run: Run, value: Value, args: Arguments): Text {
  const bound = bind('tojson', PARAMETERS, { ...args, positional: [value, ...args.positional] });
  const [, ascii = false, indent = null, separators = null, sorted = false] = bound;
  const unit = indentOf(indent);
  const [between, colon] = separatorsOf(run, separators, unit);
  const writer = new Writer(run.budget);
  const style = { ascii: truth(run, ascii), indent: unit, between, colon, sorted: truth(run, sorted) };
  write(run, writer, value, style, new Text('\n'));
  return writer.done();
}

function indentOf(indent: Value): Text | undefined {
  if (indent === null) return undefined;
  if (indent instanceof Text) return indent;
  return new Text(' '.repeat(Math.min(1000, Math.max(0, wholeOf('indent', indent, 0)))));
}

function separatorsOf(run: Run, given: Value, indent: Text | undefined): [Text, Text] {
  if (given === null) return [new Text(indent === undefined ? ', ' : ','), new Text(': ')];
  const [between, colon, ...others] = itemsOf(run, given);
  if (!(between instanceof Text) || !(colon instanceof Text) || others.length > 0) {
    throw failed('separators of tojson are two texts');
  }
  return [between, colon];
}

/** `line` begins a line at the depth of the value. */
function write(run: Run, writer: Writer, value: Value, style: Style, line: Text): void {
  run.budget.work(16);
  if (value instanceof Text) writeText(writer, value, style.ascii);
  else if (value instanceof List || value instanceof Tuple) {
    writeGroup(run, writer, style, line, '[]', value.items, (item, inner) => write(run, writer, item, style, inner));
  } else if (value instanceof Dict) {
    const entries = [...value.entries.values()];
    if (style.sorted) entries.sort(([a], [b]) => order(run, a, b));
    writeGroup(run, writer, style, line, '{}', entries, ([key, item], inner) => {
      writeText(writer, keyText(key), style.ascii);
      writer.add(style.colon);
      write(run, writer, item, style, inner);
    });
  } else writer.add(plainText(value));
}

function writeGroup<T>(
  run: Run,
  writer: Writer,
  { indent, between }: Style,
  line: Text,
  brackets: string,
  items: readonly T[],
  put: (item: T, inner: Text) => void,
): void {
  writer.add(brackets[0]!);
  if (items.length > 0) {
    const inner = indent === undefined ? EMPTY : Text.join([line, indent]);
    run.budget.deeper(() => {
      for (const [i, item] of items.entries()) {
        if (i > 0) writer.add(between);
        writer.add(inner);
        put(item, inner);
      }
    });
    if (indent !== undefined) writer.add(line);
  }
  writer.add(brackets[1]!);
}

/** What is neither text nor list nor dict. */
function plainText(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'bigint') return intText(value);
  if (typeof value !== 'number') throw failed(`Object of type ${typeName(value)} is not JSON serializable`);
  if (Number.isNaN(value)) return 'NaN';
  return Number.isFinite(value) ? floatText(value) : value > 0 ? 'Infinity' : '-Infinity';
}

function keyText(key: Value): Text {
  if (key instanceof Text) return key;
  if (key === null || typeof key !== 'object') return new Text(plainText(key));
  throw failed(`keys must be str, int, float, bool or None, not ${typeName(key)}`);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\f': '\\f',
  '\b': '\\b',
};

const BEYOND_ASCII = /["\\]|[^ -~]/g;
// oxlint-disable-next-line no-control-regex -- JSON escapes these.
const CONTROLS = /["\\\0-\x1f]/g;

function writeText(writer: Writer, text: Text, ascii: boolean): void {
  const escaped = text.text.replaceAll(ascii ? BEYOND_ASCII : CONTROLS, (unit) => {
    return ESCAPES[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  writer.add('"').add(text.become(escaped)).add('"');
}
