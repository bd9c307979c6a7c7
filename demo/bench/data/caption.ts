import type { BenchResult } from 'winnow-llm/bench/records';
import { dateWords, environmentWords } from '../../shared/environment-words.ts';
import { formatCount } from '../../shared/format.ts';

/** What must stand on every chart, so that a picture of it is a complete report: one line. */
export function captionOf({ environment, settings, model, date }: BenchResult): string {
  const counts = (values: readonly number[]): string => values.map(formatCount).join(', ');
  return [
    ...environmentWords(environment),
    ...(model
      ? [
          model.name,
          `prompts ${counts(settings.prompts)}`,
          `histories ${counts(settings.histories)}`,
          `${settings.decodeTokens} tokens`,
        ]
      : []),
    ...(settings.kernels === '' ? [] : [`kernels with “${settings.kernels}”`]),
    `median of ${settings.runs} ${settings.runs === 1 ? 'run' : 'runs'}`,
    dateWords(date),
  ].join(' · ');
}
