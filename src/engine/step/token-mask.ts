import { UsageError } from '../../core/errors.ts';
import type { ConstraintState } from '../../core/constraint.ts';
import { maskWords } from '../../kernels/sampling/penalties-part.ts';

/**
 * The mask of the next token, whole, from where a constraint stands.
 * @throws UsageError 'usage-option' when it has another length, or allows no token.
 */
export function nextMask(constraint: ConstraintState, generated: number, vocab: number): Uint32Array<ArrayBuffer> {
  const count = maskWords(vocab);
  const given = constraint.mask();
  if (given === undefined) return new Uint32Array(count).fill(0xffffffff);
  if (!(given instanceof Uint32Array) || given.length !== count)
    throw refused(
      given instanceof Uint32Array ? `The mask has ${given.length} words.` : 'The mask is not a Uint32Array.',
      `${count} words of 32 bits: one bit for each of the ${vocab} tokens.`,
    );
  const words = Uint32Array.from(given);
  if (vocab % 32 > 0) words[count - 1]! &= 2 ** (vocab % 32) - 1;
  if (words.every((word) => word === 0))
    throw refused(`The mask allows no token after ${generated} new ones.`, 'At least one token can follow.');
  return words;
}

const refused = (happened: string, expected: string): UsageError =>
  new UsageError({ code: 'usage-option', happened, expected, todo: 'Correct the constraint.' });
