import { NUMBER_SPECS, OPTIONAL_FEATURES, type Settings } from './settings-spec.ts';
import { KV_TYPES, METHOD_PARTS, methodProblem, NONE, type MethodTexts } from './method-settings.ts';
import { readNumber } from '../../shared/number-spec.ts';
import { readModelName } from '../../shared/model-choice.ts';

export interface ReadSettings {
  readonly settings: Settings;
  /** One sentence for each part of the address that was not taken. */
  readonly problems: readonly string[];
  /** The methods as the address has them, taken or not. */
  readonly typedMethods: MethodTexts;
}

/** Reads settings from the query part of an address. Nothing in it is trusted: what is not valid is reported and left out. */
export function readUrlSettings(query: string): ReadSettings {
  const settings: { -readonly [key in keyof Settings]: Settings[key] } = {};
  const problems: string[] = [];
  const typedMethods: { -readonly [key in keyof MethodTexts]: MethodTexts[key] } = {};
  const numbers = new Map(NUMBER_SPECS.map((spec) => [spec.query, spec]));

  for (const [name, text] of new URLSearchParams(query)) {
    const spec = numbers.get(name);
    if (spec) {
      const read = readNumber(spec, text);
      if ('value' in read) settings[spec.key] = read.value;
      else problems.push(`${read.problem} The address says “${shorten(text)}”.`);
    } else if (name === 'model') {
      const model = readModelName(text);
      if (model !== undefined) settings.model = model;
      else problems.push(`“${shorten(text)}” is neither a model of this page nor an http(s) address.`);
    } else if (name === 'system') {
      settings.system = text;
    } else if (name === 'adapter') {
      settings.adapter = text;
    } else if (name === 'kv') {
      const kv = KV_TYPES.find((known) => known === text);
      if (kv) typedMethods.kv = kv;
      else problems.push(`Keys and values can be ${KV_TYPES.join(' or ')}. The address says “${shorten(text)}”.`);
    } else if (name === 'cache' || name === 'attention') {
      if (text !== NONE) typedMethods[name] = text;
    } else if (name === 'disable') {
      const wanted = text.split(',').map((part) => part.trim());
      const known = OPTIONAL_FEATURES.filter((feature) => wanted.includes(feature));
      if (known.length > 0 && known.length === wanted.length) settings.disable = known;
      else
        problems.push(`Only ${OPTIONAL_FEATURES.join(' and ')} can be disabled. The address says “${shorten(text)}”.`);
    } else {
      problems.push(`There is no setting “${shorten(name)}”.`);
    }
  }
  const methods = readMethods(typedMethods);
  return {
    settings: { ...settings, ...methods.taken },
    problems: [...problems, ...methods.problems],
    typedMethods,
  };
}

/** The methods, if the package takes them together; else none but the kind of numbers. */
function readMethods(typed: MethodTexts): { readonly taken: MethodTexts; readonly problems: readonly string[] } {
  const problem = methodProblem(typed);
  if (!problem) return { taken: typed, problems: [] };
  const sentence = `${problem.happened} ${problem.expected} The address asks for it; no method is used.`;
  return { taken: typed.kv ? { kv: typed.kv } : {}, problems: [sentence] };
}

/** The query part that says the same settings, with its question mark; '' when all have their defaults. */
export function writeUrlSettings(settings: Settings): string {
  const query = new URLSearchParams();
  if (settings.model) query.set('model', settings.model);
  if (settings.system) query.set('system', settings.system);
  for (const { key, query: name } of NUMBER_SPECS) {
    const value = settings[key];
    if (value !== undefined) query.set(name, String(value));
  }
  if (settings.kv) query.set('kv', settings.kv);
  if (settings.disable?.length) query.set('disable', settings.disable.join(','));
  if (settings.adapter) query.set('adapter', settings.adapter);
  // A method's text holds only what an address may hold, and stays readable there.
  const methods = METHOD_PARTS.flatMap((part) => (settings[part] ? [`${part}=${settings[part]}`] : []));
  const text = [query.toString(), ...methods].filter(Boolean).join('&');
  return text === '' ? '' : `?${text}`;
}

const shorten = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);
