import type { EmbedOptions } from '../../core/api.ts';
import { checkText, described } from '../../core/check-options.ts';
import { UsageError } from '../../core/errors.ts';
import { checkIds } from '../check-ids.ts';
import type { ModelSession } from '../load/model-session.ts';

/**
 * Texts as ids with their beginning and end, ids as they are.
 * @throws UsageError for what is no list of texts or ids, for an empty one, and for dimensions that the model has not
 */
export function readEmbedInputs(
  inputs: readonly (string | readonly number[])[],
  { dimensions }: EmbedOptions,
  { tokenizer, config }: Pick<ModelSession, 'tokenizer' | 'config'>,
): readonly (readonly number[])[] {
  if (!Array.isArray(inputs))
    throw new UsageError({
      code: 'usage-empty',
      happened: `The texts are ${described(inputs)}.`,
      expected: 'A list of texts, or of lists of ids, was expected.',
      todo: 'Put a single text into a list.',
    });
  if (dimensions !== undefined && !(Number.isInteger(dimensions) && dimensions >= 1 && dimensions <= config.hidden))
    throw new UsageError({
      code: 'usage-option',
      happened: `The option dimensions is ${described(dimensions)}.`,
      expected: `An integer from 1 to ${config.hidden} was expected.`,
      todo: 'Leave it out for all of them.',
    });
  return inputs.map((input: string | readonly number[], i) => {
    const ids = typeof input === 'string' ? idsOf(input) : checkIds(input, config.vocab);
    if (ids.length > 0) return ids;
    throw new UsageError({
      code: 'usage-empty',
      happened: `Text ${i} has no tokens.`,
      expected: 'At least one token is needed for an embedding.',
      todo: 'Leave it out.',
    });
  });

  function idsOf(text: string): readonly number[] {
    checkText(text);
    const { closingId } = tokenizer;
    const ids = tokenizer.encode(text, { bos: true });
    return closingId === undefined ? ids : [...ids, closingId];
  }
}
