import { checkObject } from '../core/check-options.ts';
import { UsageError } from '../core/errors.ts';
import type { BenchSettings } from './bench-result.ts';

/** What is measured unless asked otherwise: under two minutes on a laptop's GPU. */
export const DEFAULT_SETTINGS: BenchSettings = {
  parts: ['model', 'kernels'],
  prompts: [128, 512, 2048],
  histories: [128, 1024, 4096, 8000],
  decodeTokens: 64,
  runs: 5,
  kernels: '',
};

/** The same for an adapter that computes on the CPU, where one long prompt takes a minute. */
export const SOFTWARE_SETTINGS: BenchSettings = {
  parts: ['model', 'kernels'],
  prompts: [128],
  histories: [128, 1024],
  decodeTokens: 16,
  runs: 5,
  kernels: '',
};

const MOST_TOKENS = 2 ** 20;
const MOST_LENGTHS = 16;

/** @throws UsageError 'usage-option' naming the setting, its value and its range */
export function checkSettings(settings: BenchSettings): BenchSettings {
  checkObject(settings);
  const { parts, prompts, histories, decodeTokens, runs, kernels } = settings;
  const refuse = (name: string, value: unknown, expected: string): never => {
    throw new UsageError({
      code: 'usage-option',
      happened: `The benchmark's ${name} is ${JSON.stringify(value) ?? String(value)}.`,
      expected,
      todo: 'Correct it, or leave it out for its default.',
    });
  };
  const whole = (value: unknown, least: number, most: number): boolean =>
    Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
  if (!Array.isArray(parts) || parts.length === 0 || parts.some((part) => part !== 'model' && part !== 'kernels'))
    refuse('parts', parts, 'One or both of "model" and "kernels".');
  for (const [name, lengths] of Object.entries({ prompts, histories }))
    if (
      !Array.isArray(lengths) ||
      lengths.length === 0 ||
      lengths.length > MOST_LENGTHS ||
      !lengths.every((value) => whole(value, 1, MOST_TOKENS))
    )
      refuse(name, lengths, `1 to ${MOST_LENGTHS} whole numbers from 1 to ${MOST_TOKENS}.`);
  if (!whole(decodeTokens, 1, 4096)) refuse('decodeTokens', decodeTokens, 'A whole number from 1 to 4096.');
  if (!whole(runs, 1, 100)) refuse('runs', runs, 'A whole number from 1 to 100.');
  if (typeof kernels !== 'string') refuse('kernels', kernels, 'A text.');
  return { parts: [...new Set(parts)], prompts, histories, decodeTokens, runs, kernels };
}
