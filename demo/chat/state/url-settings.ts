import { CACHE_TYPES, NUMBER_SPECS, OPTIONAL_FEATURES, type Settings } from './settings-spec.ts';
import { readNumber } from '../../shared/number-spec.ts';
import { readModelName } from '../../shared/model-choice.ts';

export interface ReadSettings {
  readonly settings: Settings;
  /** One sentence for each part of the address that was not taken. */
  readonly problems: readonly string[];
}

/** Reads settings from the query part of an address. Nothing in it is trusted: what is not valid is reported and left out. */
export function readUrlSettings(query: string): ReadSettings {
  const settings: { -readonly [key in keyof Settings]: Settings[key] } = {};
  const problems: string[] = [];
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
      const kv = CACHE_TYPES.find((known) => known === text);
      if (kv) settings.kv = kv;
      else problems.push(`The cache can be ${CACHE_TYPES.join(' or ')}. The address says “${shorten(text)}”.`);
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
  return { settings, problems };
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
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

const shorten = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);
