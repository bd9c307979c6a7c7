import type { Shown } from '../state/shown.ts';
import { SAMPLE_NAME, type Settings } from '../state/lab-spec.ts';
import { writeUrlSettings } from '../state/url-settings.ts';

/** The address that evaluates the same again, and what it cannot hold, in words. */
export function linkOf(
  { record, file, model, local }: Shown,
  now: Settings,
): { readonly query: string; readonly missing: string } {
  const { methods, budgets, prefill, decode, seed, mass, text } = record.settings;
  const sample = text.name === SAMPLE_NAME;
  const { measure, cost, adapter, disable } = now;
  const query = writeUrlSettings({
    ...(model !== undefined && { model }),
    methods,
    budgets,
    prefill,
    decode,
    ...(seed !== 0 && { seed }),
    ...(mass && { mass }),
    ...(text.content !== undefined && { text: text.content }),
    ...(!sample && { textName: text.name.slice(0, 80) }),
    ...(measure && { measure }),
    ...(cost && { cost }),
    ...(file === undefined && adapter !== undefined && { adapter }),
    ...(file === undefined && disable !== undefined && { disable }),
  });
  const missing = [
    ...(!sample && text.content === undefined ? [`the text: it is too long (${text.name})`] : []),
    ...(file === undefined ? [] : ['the model: the file says only what it is called']),
    ...(local ? ['the model: it is a file of this device'] : []),
  ];
  return { query, missing: missing.join(', nor ') };
}
