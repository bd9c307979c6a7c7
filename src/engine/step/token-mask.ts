import { UsageError } from '../../core/errors.ts';
import type { ConstraintState } from '../../core/constraint.ts';
import { maskWords } from '../../kernels/sampling/penalties-part.ts';

/**
 * The mask of the next token, whole, from where a constraint stands (none = all may come).
 * @param drawable ids from this one on have no token; the constraint knows those below
 * @throws UsageError 'usage-option' when the constraint's mask has another length, or allows no token.
 */
export function nextMask(
  constraint: ConstraintState | undefined,
  generated: number,
  vocab: number,
  drawable = vocab,
): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(maskWords(vocab));
  const count = maskWords(drawable);
  const given = constraint?.mask();
  if (given === undefined) words.fill(0xffffffff, 0, count);
  else {
    if (!(given instanceof Uint32Array) || given.length !== count)
      throw refused(
        given instanceof Uint32Array ? `The mask has ${given.length} words.` : 'The mask is not a Uint32Array.',
        `${count} words of 32 bits: one bit for each of the ${drawable} tokens.`,
      );
    words.set(given);
  }
  if (drawable % 32 > 0) words[count - 1]! &= 2 ** (drawable % 32) - 1;
  if (words.every((word) => word === 0))
    throw refused(`The mask allows no token after ${generated} new ones.`, 'At least one token can follow.');
  return words;
}

const refused = (happened: string, expected: string): UsageError =>
  new UsageError({ code: 'usage-option', happened, expected, todo: 'Correct the constraint.' });
