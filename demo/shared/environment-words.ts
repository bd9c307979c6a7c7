import type { BenchEnvironment } from 'winnow-llm/bench/records';
import { gpuName } from './gpu-check.ts';

/** Where a result was measured, as captions begin: adapter, features, browser, version. */
export const environmentWords = (environment: BenchEnvironment): readonly string[] => [
  adapterWords(environment),
  featureWords(environment),
  `${environment.runtime} on ${environment.platform}`,
  `Winnow ${environment.version}${environment.commit ? ` (${environment.commit})` : ''}`,
];

/** The adapter by name, with the words that a software adapter needs. */
const adapterWords = ({ adapter, software }: BenchEnvironment): string =>
  `${gpuName(adapter)}${software ? ' (computes on the CPU)' : ''}`;

/** The features that change which kernels run, and those switched off. */
function featureWords({ adapter, featuresDisabled }: BenchEnvironment): string {
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
