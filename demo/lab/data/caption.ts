import type { EvalRecord } from 'winnow-llm/bench';
import { dateWords, environmentWords } from '../../shared/environment-words.ts';
import { formatCount } from '../../shared/format.ts';

/** What must stand on every chart, so that a picture of it is a complete report: one line. */
export function captionOf({ environment, settings, date }: EvalRecord): string {
  const { model, text, prefill, decode, seed, mass } = settings;
  return [
    ...environmentWords(environment),
    model,
    `${text.name} (${formatCount(text.characters)} characters)`,
    `prefill ${formatCount(prefill)}, decode ${formatCount(decode)} tokens`,
    ...(seed === 0 ? [] : [`seed ${seed}`]),
    ...(mass ? ['with a copy of all keys'] : []),
    dateWords(date),
  ].join(' · ');
}
