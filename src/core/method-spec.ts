/**
 * Methods as plain data, and the one grammar that writes them: `name:key=value,key=value`, as on the command line and in a
 * page's address. A spec crosses to a Worker as it is; the registry (src/methods) builds the value from it.
 */

import { described } from './check-options.ts';
import { UsageError } from './errors.ts';

/** A method by name, with what it is set to. */
export interface MethodSpec {
  readonly name: string;
  readonly parameters: Readonly<Record<string, number | string>>;
}

const WORD = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/;
/** More than any method can use; a longer text comes from somewhere else. */
const MOST_CHARACTERS = 400;

/**
 * Reads the text of a method. Names, keys and words are small letters, digits and hyphens; numbers are decimal.
 * @throws UsageError 'usage-option' with the text, for anything else, a key given twice, or an empty part
 */
export function parseSpec(text: string): MethodSpec {
  if (typeof text !== 'string') throw refused(described(text), 'It is no text.');
  if (text.length > MOST_CHARACTERS) throw refused(text, `It has more than ${MOST_CHARACTERS} characters.`);
  const colon = text.indexOf(':');
  const name = colon < 0 ? text : text.slice(0, colon);
  if (!WORD.test(name)) throw refused(text, `${quote(name)} is no name.`);
  const parameters: Record<string, number | string> = {};
  for (const pair of colon < 0 ? [] : text.slice(colon + 1).split(',')) {
    const equals = pair.indexOf('=');
    if (equals < 0) throw refused(text, `${quote(pair)} has no "=".`);
    const [key, value] = [pair.slice(0, equals), pair.slice(equals + 1)];
    if (!WORD.test(key)) throw refused(text, `${quote(key)} is no key.`);
    if (Object.hasOwn(parameters, key)) throw refused(text, `The key ${key} stands in it twice.`);
    parameters[key] = valueOf(value) ?? raise(refused(text, `${quote(value)} is neither a number nor a word.`));
  }
  return { name, parameters };
}

/**
 * Writes a method as text that `parseSpec` reads back to an equal spec, parameters in their order.
 * @throws UsageError 'usage-option' for a spec that the grammar cannot write
 */
export function formatSpec(spec: MethodSpec): string {
  const { name, parameters } = checkPlain(spec);
  const pairs = Object.entries(parameters).map(([key, value]) => `${key}=${value}`);
  const text = pairs.length === 0 ? name : `${name}:${pairs.join(',')}`;
  parseSpec(text); // A word that reads as a number, or NaN, would come back as something else.
  for (const [key, value] of Object.entries(parameters))
    if (typeof value !== typeof valueOf(String(value)))
      throw refused(text, `The value of ${key} reads as another type.`);
  return text;
}

/**
 * Takes plain data of unknown origin for a spec, as it comes from another thread.
 * @throws UsageError 'usage-option' for anything that `formatSpec` could not write
 */
export function checkSpec(value: unknown): MethodSpec {
  const spec = checkPlain(value);
  formatSpec(spec);
  return spec;
}

/** A name and parameters that are numbers or words. */
function checkPlain(value: unknown): MethodSpec {
  if (!isPlain(value) || typeof value['name'] !== 'string' || !isPlain(value['parameters']))
    throw refused(typeof value === 'string' ? value : described(value), 'It is no { name, parameters }.');
  for (const [key, item] of Object.entries(value['parameters']))
    if (typeof item !== 'number' && typeof item !== 'string')
      throw refused(described(value), `The value of ${key} is neither a number nor a word.`);
  return {
    name: value['name'],
    parameters: { ...(value['parameters'] as MethodSpec['parameters']) },
  };
}

function valueOf(text: string): number | string | undefined {
  if (NUMBER.test(text)) return Number.isFinite(Number(text)) ? Number(text) : undefined;
  return WORD.test(text) ? text : undefined;
}

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const quote = (text: string): string => JSON.stringify(text.slice(0, 80));

const refused = (text: string, why: string): UsageError =>
  new UsageError({
    code: 'usage-option',
    happened: `The method ${quote(text)} cannot be read: ${why}`,
    expected: 'A method is written name:key=value,key=value, in small letters, digits and hyphens.',
    todo: 'Correct it; "winnow methods" lists names and keys.',
  });

function raise(error: UsageError): never {
  throw error;
}
