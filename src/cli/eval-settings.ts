/** Which settings of methods `winnow eval` compares. */

import { formatSpec, parseSpec } from '../core/method-spec.ts';
import type { KvType } from '../core/api.ts';
import { expandSweep } from '../eval/sweep.ts';
import type { EvalSetting } from '../eval/setting-text.ts';
import { optionError } from './option-values.ts';

export interface MethodLists {
  readonly cache?: readonly string[];
  readonly attention?: readonly string[];
  readonly kv?: readonly KvType[];
  readonly sweep?: string;
}

/** Each cache and attention method is a setting of its own, with every way of storing that is named. */
export function settingsOf({ cache = [], attention = [], kv, sweep }: MethodLists): EvalSetting[] {
  const given = [...cache, ...attention];
  if (sweep !== undefined && given.length === 0)
    throw optionError('The option --sweep was given without a method.', 'It varies --cache and --attention.');
  if (given.length === 0 && kv === undefined)
    throw optionError(
      'Nothing was given to evaluate.',
      '--cache, --attention or --kv was expected, each as often as needed.',
      'Add one; "winnow methods" lists them.',
    );
  const caches = new Set(cache.map((text) => parseSpec(text).name));
  const methods = (sweep === undefined ? given : expandSweep(given, sweep).map(formatSpec)).map((text): EvalSetting =>
    caches.has(parseSpec(text).name) ? { cache: text } : { attention: text },
  );
  return (kv ?? [undefined]).flatMap((type) =>
    methods.length === 0 ? [{ kv: type }] : methods.map((method) => ({ ...method, ...(type && { kv: type }) })),
  );
}
