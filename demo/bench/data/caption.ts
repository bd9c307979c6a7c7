import type { BenchEnvironment, BenchResult } from 'winnow-llm/bench';
import { formatCount } from '../../shared/format.ts';
import { gpuName } from '../../shared/gpu-check.ts';

/** What must stand on every chart, so that a picture of it is a complete report: one line. */
export function captionOf({ environment, settings, model, date }: BenchResult): string {
  const counts = (values: readonly number[]): string => values.map(formatCount).join(', ');
  return [
    adapterWords(environment),
    featureWords(environment),
    `${environment.runtime} on ${environment.platform}`,
    `Winnow ${environment.version}${environment.commit ? ` (${environment.commit})` : ''}`,
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

/** The adapter by name, with the words that a software adapter needs. */
export const adapterWords = ({ adapter, software }: BenchEnvironment): string =>
  `${gpuName(adapter)}${software ? ' (computes on the CPU)' : ''}`;

/** The features that change which kernels run, and those switched off. */
export function featureWords({ adapter, featuresDisabled }: BenchEnvironment): string {
  const used = ['shader-f16', 'subgroups'].filter(
    (feature) => adapter.features.includes(feature) && !featuresDisabled.includes(feature),
  );
  const off = featuresDisabled.map((feature) => `without ${feature}`);
  return [...used, ...off].join(', ') || 'no optional features';
}

/** "24 Nov 2026, 16:22 UTC"; a date that is none stands as it is. */
export function dateWords(date: string): string {
  const time = new Date(date);
  if (Number.isNaN(time.getTime())) return date;
  return `${time.toLocaleString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', timeZone: 'UTC' })} UTC`;
}
