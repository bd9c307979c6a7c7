/** The chat templates of a model file by name, as llama.cpp's converter writes them. */

import { ModelFileError } from '../core/errors.ts';
import type { GgufValue } from '../weights/gguf.ts';

export const DEFAULT_TEMPLATE = 'default';
/** Chosen by itself where tools are given. */
export const TOOL_TEMPLATE = 'tool_use';

const KEY = 'tokenizer.chat_template';
/** The longest templates in use have about 30,000 characters. */
const MAX_CHARACTERS = 1 << 17;
const MAX_TEMPLATES = 64;

/**
 * Sources by name: `tokenizer.chat_template` is the default one, `tokenizer.chat_template.NAME` the others. Empty ones are none.
 * @throws ModelFileError `model-template` for one that is not a text or is too long.
 */
export function readNamedTemplates(metadata: ReadonlyMap<string, GgufValue>): ReadonlyMap<string, string> {
  const sources = new Map<string, string>();
  for (const [key, value] of metadata) {
    const name = key === KEY ? DEFAULT_TEMPLATE : key.startsWith(`${KEY}.`) ? key.slice(KEY.length + 1) : undefined;
    // The plain key wins over one that is named 'default'.
    if (name === undefined || (key !== KEY && name === DEFAULT_TEMPLATE && metadata.get(KEY))) continue;
    const source = checked(key, value);
    if (source !== '') sources.set(name, source);
    if (sources.size > MAX_TEMPLATES) throw wrong(`The file has more than ${MAX_TEMPLATES} chat templates.`);
  }
  return sources;
}

function checked(key: string, value: GgufValue): string {
  if (typeof value !== 'string') throw wrong(`${key.slice(0, 80)} is not a text.`);
  if (value.length > MAX_CHARACTERS) {
    throw wrong(`The chat template has ${value.length} characters, more than ${MAX_CHARACTERS}.`);
  }
  return value;
}

const wrong = (happened: string): ModelFileError =>
  new ModelFileError({
    code: 'model-template',
    happened,
    expected: `Texts of at most ${MAX_CHARACTERS} characters were expected, one for each name.`,
    todo: 'Use another GGUF file of the model.',
  });
