/** Python's `bytes`, as `encode` gives them. */

import { bind, signature, textOf } from './arguments.ts';
import { failed, unsupported } from './fault.ts';
import { Text } from './text.ts';
import { Builtin, Thing, type Value } from './values.ts';
import type { Run } from './run.ts';

const QUOTED: Readonly<Record<number, string>> = { 9: '\\t', 10: '\\n', 13: '\\r', 92: '\\\\' };

export class Bytes extends Thing {
  override readonly type = 'bytes';
  readonly #bytes: Uint8Array;
  /** Whether any of them came from outside the template: all count as given then. */
  readonly #given: boolean;

  constructor(bytes: Uint8Array, given: boolean) {
    super();
    this.#bytes = bytes;
    this.#given = given;
  }

  override show(run: Run): Text {
    run.budget.text(4 * this.#bytes.length + 3);
    const quote = this.#bytes.includes(39) && !this.#bytes.includes(34) ? '"' : "'";
    let shown = '';
    for (const byte of this.#bytes) {
      if (byte === quote.charCodeAt(0)) shown += `\\${quote}`;
      else if (QUOTED[byte] !== undefined) shown += QUOTED[byte];
      else shown += byte < 32 || byte > 126 ? `\\x${byte.toString(16).padStart(2, '0')}` : String.fromCharCode(byte);
    }
    return this.#text(`b${quote}${shown}${quote}`);
  }

  override size(): number {
    return this.#bytes.length;
  }

  override sequence(): readonly Value[] {
    return Array.from(this.#bytes, BigInt);
  }

  override iterate(): Iterator<Value> {
    return this.sequence().values();
  }

  override attribute(_run: Run, name: string): Value | undefined {
    if (name === 'decode') return new Builtin((run, args) => this.#decode(run, bind('decode()', DECODE, args)));
    if (name === 'hex') return new Builtin((run) => this.#hex(run));
    throw unsupported(`'bytes.${name}'`);
  }

  #decode(run: Run, [encoding]: readonly (Value | undefined)[]): Text {
    if (!isUtf8(textOf('decode()', encoding, UTF8).text)) throw unsupported('An encoding other than UTF-8');
    run.budget.text(this.#bytes.length);
    return this.#text(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.#bytes));
  }

  #hex(run: Run): Text {
    run.budget.text(2 * this.#bytes.length);
    return this.#text(Array.from(this.#bytes, (byte) => byte.toString(16).padStart(2, '0')).join(''));
  }

  #text(text: string): Text {
    return this.#given ? Text.given(text) : new Text(text);
  }
}

const DECODE = signature('encoding= errors=');
const UTF8 = new Text('utf-8');
const isUtf8 = (name: string): boolean => /^utf[-_ ]?8$/i.test(name);

/** text.encode(encoding): UTF-8, or ASCII where the text has nothing else. */
export function encode(run: Run, text: Text, encoding: Value | undefined, errors: Value | undefined): Bytes {
  const name = textOf('encode()', encoding, UTF8).text;
  textOf('encode()', errors, UTF8);
  run.budget.text(text.text.length);
  run.budget.work(4 * text.text.length);
  const ascii = /^(?:us-)?ascii$/i.test(name);
  if (!isUtf8(name) && !ascii) throw unsupported('An encoding other than UTF-8');
  if (ascii && /[^\0-\x7f]/.test(text.text)) {
    if (errors !== undefined) throw unsupported('Encoding with a way to treat errors');
    throw failed("'ascii' codec can't encode this text");
  }
  return new Bytes(new TextEncoder().encode(text.text), text.isGiven);
}
