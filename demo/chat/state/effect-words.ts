import { measuredEffect, nats, type MeasuredTable } from './measured-effect.ts';
import { methodOf, sizeKey, sizeOf, type MethodTexts } from './method-settings.ts';
import { formatCount } from '../../shared/format.ts';

/** What the methods change, a sentence for each part: from the measured table, or that nothing was measured. */
export function effectWords(texts: MethodTexts, table: MeasuredTable | undefined): readonly string[] {
  const { cache, attention, kv } = texts;
  const lossy = [cache, attention, kv === 'q8' ? kv : undefined].flatMap((text) => (text === undefined ? [] : [text]));
  if (lossy.length === 0) return ['Exact: every token is kept and read.'];
  const together = lossy.join(' + ');
  if (lossy.length === 1 || measuredEffect(table, together)) return [effectOf(together, table)];
  return [...lossy.map((text) => effectOf(text, table)), 'Together they were not measured.'];
}

function effectOf(text: string, table: MeasuredTable | undefined): string {
  const name = text
    .split(' + ')
    .map((part) => methodOf(part)?.name ?? part)
    .join(' + ');
  const effect = measuredEffect(table, text);
  if (!effect) return `${name} is lossy: not measured.`;
  const where = `English prose${spanOf(table)}`;
  if (effect.exact || sameSize(text, effect.setting))
    return `${name} is lossy: ${nats(effect.dnll)} per token at this ${sizeName(text)} on ${where}${
      effect.exact ? '' : ` (measured at ${effect.setting})`
    }.`;
  return `${name} is lossy: not measured at this ${sizeName(text)}; nearest is ${effect.setting}, ${nats(effect.dnll)} per token on ${where}.`;
}

function spanOf(table: MeasuredTable | undefined): string {
  const { prefill, decode } = table ?? {};
  if (prefill === undefined || decode === undefined) return '';
  return `, ${formatCount(decode)} tokens after ${formatCount(prefill)}`;
}

const sameSize = (a: string, b: string): boolean => sizeOf(a) !== undefined && sizeOf(a) === sizeOf(b);

/** "budget" where a method has one, else "setting", which several methods are as well. */
function sizeName(text: string): string {
  const method = methodOf(text);
  return (method && sizeKey(method)) === 'budget' ? 'budget' : 'setting';
}
