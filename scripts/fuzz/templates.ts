/** Random chat templates against what Python's Jinja made of them, stored as hashes. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TemplateFault } from '../../src/templates/fault.ts';
import { readTemplate } from '../../src/templates/template.ts';
import { Find, type FuzzPart } from './fuzz.ts';
import { makeTemplate, type TemplateCase } from './template-grammar.ts';
import { ADDRESS, FAILS, hashOf } from './template-hash.ts';

const STORED = join(import.meta.dirname, '../../test/golden/templates/random.json');
const LIMITS = { steps: 1e6, milliseconds: 1000, characters: 1 << 20, items: 1e5, depth: 200, bits: 1 << 16 };

let stored: Uint32Array | undefined;

/** What Python made of the template of each seed. */
function renderings(): Uint32Array {
  if (stored) return stored;
  const { hashes } = JSON.parse(readFileSync(STORED, 'utf8')) as { readonly hashes: readonly string[] };
  const bytes = Buffer.from(hashes.join(''), 'base64');
  return (stored = new Uint32Array(new Uint8Array(bytes).buffer));
}

function rendered({ template, variables }: TemplateCase): string | TemplateFault {
  const { bos_token, eos_token, ...given } = variables;
  try {
    const own = { bos_token: String(bos_token), eos_token: String(eos_token) };
    return readTemplate(template)
      .render({ given, own, limits: LIMITS })
      .map(({ text }) => text)
      .join('');
  } catch (error) {
    if (error instanceof TemplateFault) return error;
    throw error;
  }
}

export const templates: FuzzPart = {
  name: 'templates',
  about: "the text of Python's Jinja, or an error where it has one, or a refusal that says so; 2 s",
  milliseconds: 2000,
  async round(seed) {
    const known = renderings();
    const made = makeTemplate(seed % known.length);
    const found = rendered(made);
    const right = known[seed % known.length]!;
    const input = JSON.stringify(made);
    if (typeof found !== 'string') {
      if (right === FAILS || found.kind === 'unsupported') return;
      throw new Find(`${found.kind} in line ${found.line}, where Python renders: ${found.message}`, input);
    }
    if (right === FAILS) throw new Find(`${JSON.stringify(found)}, where Python fails`, input);
    if (right === ADDRESS || hashOf(found) !== right)
      throw new Find(`${JSON.stringify(found)} is not Python's text`, input);
  },
};
