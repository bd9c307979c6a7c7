import { said, shorten } from '../../shared/address-words.ts';
import { readDisable, readShortText, readWords } from '../../shared/gpu-choice.ts';
import { readList } from '../../shared/list-spec.ts';
import { readModelName } from '../../shared/model-choice.ts';
import { readNumber } from '../../shared/number-spec.ts';
import { LIST_SPECS, NUMBER_SPECS, PARTS, type ListKey, type NumberKey, type Settings } from './bench-spec.ts';

export interface ReadSettings {
  readonly settings: Settings;
  /** One sentence for each part of the address that was not taken. */
  readonly problems: readonly string[];
}

type Read = Settings | { readonly problem: string };

/** Reads settings from the query part of an address. Nothing in it is trusted: what is not valid is reported and left out. */
export function readUrlSettings(query: string): ReadSettings {
  let settings: Settings = {};
  const problems: string[] = [];
  for (const [name, text] of new URLSearchParams(query)) {
    const read = READERS[name]?.(text) ?? { problem: `There is no setting “${shorten(name)}”.` };
    if ('problem' in read) problems.push(read.problem);
    else settings = { ...settings, ...read };
  }
  return { settings, problems };
}

/** The query part that says the same settings, with its question mark; '' when all have their defaults. */
export function writeUrlSettings(settings: Settings): string {
  const entries = Object.entries({
    model: settings.model,
    parts: settings.parts?.join(','),
    prompt: settings.prompts?.join(','),
    history: settings.histories?.join(','),
    decode: settings.decodeTokens,
    runs: settings.runs,
    kernels: settings.kernels,
    disable: settings.disable?.join(','),
    adapter: settings.adapter,
  }).flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, String(value)]]));
  const text = new URLSearchParams(entries).toString();
  return text === '' ? '' : `?${text}`;
}

const READERS: Readonly<Record<string, (text: string) => Read>> = Object.assign(
  Object.create(null) as Record<string, (text: string) => Read>,
  {
    model(text: string): Read {
      const model = readModelName(text);
      return model === undefined
        ? { problem: `“${shorten(text)}” is neither a model of this page nor an http(s) address.` }
        : { model };
    },
    parts(text: string): Read {
      const parts = readWords(PARTS, text);
      return parts ? { parts } : said(`The parts are ${PARTS.join(' and ')}.`, text);
    },
    disable: readDisable,
    kernels: (text: string): Read => readShortText('kernels', 'The filter of kernels', text),
    adapter: (text: string): Read => readShortText('adapter', 'The name of the GPU', text),
  },
  Object.fromEntries(
    LIST_SPECS.map((spec) => [spec.query, (text: string): Read => toRead(spec.key, readList(spec, text), text)]),
  ),
  Object.fromEntries(
    NUMBER_SPECS.map((spec) => [spec.query, (text: string): Read => toRead(spec.key, readNumber(spec, text), text)]),
  ),
);

function toRead(
  key: ListKey | NumberKey,
  read: { readonly value: number | readonly number[] } | { readonly problem: string },
  text: string,
): Read {
  return 'value' in read ? { [key]: read.value } : said(read.problem, text);
}
