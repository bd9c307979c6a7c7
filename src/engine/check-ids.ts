import { UsageError } from '../core/errors.ts';

/** The ids as they are. @throws UsageError 'usage-ids' for one outside the vocabulary. */
export function checkIds(ids: readonly number[], vocab: number): readonly number[] {
  const bad = ids.findIndex((id) => !Number.isInteger(id) || id < 0 || id >= vocab);
  if (bad >= 0)
    throw new UsageError({
      code: 'usage-ids',
      happened: `The id at index ${bad} is ${String(ids[bad])}.`,
      expected: `Ids are integers from 0 to ${vocab - 1}.`,
      todo: 'Use ids of this model’s own tokenizer.',
    });
  return ids;
}
