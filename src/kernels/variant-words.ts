import type { PipelineRequest } from '../gpu/compile.ts';

/** Includes that every kernel of a kind has, or that mean the usual: they say nothing about a variant. */
const COMMON = new Set([
  'lib/step-state',
  'lib/cache-layout',
  'lib/weights/layout',
  'lib/weights/nibbles',
  'lib/attention/soft-cap',
  'lib/activation.silu',
  'lib/linear/bias.none',
  'lib/linear/weights.one',
  'lib/logits.plain',
]);

/** Constants that say how work is cut. */
const SIZES = new Set(['OUTPUTS', 'COLUMNS', 'LANES', 'K_LANES', 'PAIRS', 'THREADS', 'DIRECT', 'WINDOW']);

/** What distinguishes a pipeline among those of its kernel, for tables: `weights/q4_1 linear/rows LANES=8 COLUMNS=1`. */
export function variantWords({
  name,
  parts,
  constants,
}: Pick<PipelineRequest, 'name' | 'parts' | 'constants'>): string {
  const includes = parts
    .filter((part) => part.name !== name && !COMMON.has(part.name))
    .map((part) => part.name.replace('lib/', ''));
  const sizes = Object.entries(constants)
    .filter(([constant]) => SIZES.has(constant))
    .map(([constant, { value }]) => `${constant}=${String(value)}`);
  return [...includes, ...sizes].join(' ');
}
