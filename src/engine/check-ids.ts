import { described } from '../core/check-options.ts';
import { UsageError } from '../core/errors.ts';

/** The ids as they are. @throws UsageError 'usage-ids' for what is no list, or an id outside the vocabulary. */
export function checkIds(ids: readonly number[], vocab: number): readonly number[] {
  if (!Array.isArray(ids) && !ArrayBuffer.isView(ids)) throw idsError(`The ids are ${described(ids)}.`, vocab);
  const list = Array.from<unknown>(ids);
  const bad = list.findIndex((id) => !Number.isInteger(id) || Number(id) < 0 || Number(id) >= vocab);
  if (bad >= 0) throw idsError(`The id at index ${bad} is ${described(list[bad])}.`, vocab);
  return ids;
}

const idsError = (happened: string, vocab: number): UsageError =>
  new UsageError({
    code: 'usage-ids',
    happened,
    expected: `Ids are a list of integers from 0 to ${vocab - 1}.`,
    todo: 'Use ids of this model’s own tokenizer.',
  });
