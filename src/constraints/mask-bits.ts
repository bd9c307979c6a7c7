import { described } from '../core/check-options.ts';
import { UsageError } from '../core/errors.ts';

/** No vocabulary has more tokens: ids are 31 bits. */
const MOST_TOKENS = 2 ** 31;

/**
 * A mask that allows no token of `size`: a bit for every id, the lowest first.
 * @throws UsageError 'usage-option' for anything but a number of tokens
 */
export function emptyMask(size: number): Uint32Array<ArrayBuffer> {
  if (!Number.isInteger(size) || size < 1 || size > MOST_TOKENS)
    throw new UsageError({
      code: 'usage-option',
      happened: `A mask of ${described(size)} tokens was asked for.`,
      expected: 'The number of tokens of a vocabulary.',
      todo: 'Pass the `size` that `begin` is given.',
    });
  return new Uint32Array(Math.ceil(size / 32));
}

/**
 * Allows a token.
 * @throws UsageError 'usage-ids' for an id that the mask has no bit for: written beyond its end it would vanish
 */
export function allow(mask: Uint32Array, id: number): void {
  if (!(mask instanceof Uint32Array))
    throw new UsageError({
      code: 'usage-option',
      happened: `The mask is ${described(mask)}.`,
      expected: 'A Uint32Array with a bit for every id.',
      todo: 'Make the mask by emptyMask(size).',
    });
  if (!Number.isInteger(id) || id < 0 || id >= mask.length * 32)
    throw new UsageError({
      code: 'usage-ids',
      happened: `The token ${described(id)} was allowed in a mask of ${mask.length * 32} bits.`,
      expected: 'An id of the vocabulary that the mask was made for.',
      todo: 'Make the mask by emptyMask(size).',
    });
  mask[id >> 5]! |= 1 << (id & 31);
}
