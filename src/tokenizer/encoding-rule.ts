/** How a GGUF file's text becomes tokens: the rule that cuts words, and the merges, checked. */

import { textOf, textsOf, tokenizerError, type Metadata } from './metadata.ts';
import { PRE_TOKENIZERS, type PreTokenizer } from './pre-tokenizers.ts';

export interface EncodingRule {
  readonly pre: PreTokenizer;
  /** False where the file names no rule and the default one was taken. */
  readonly named: boolean;
  readonly merges: readonly (readonly [string, string])[];
}

function preTokenizerOf(metadata: Metadata): Pick<EncodingRule, 'pre' | 'named'> {
  const named = metadata.get('tokenizer.ggml.pre') !== undefined;
  const name = named ? textOf(metadata, 'tokenizer.ggml.pre') : 'default';
  const pre = PRE_TOKENIZERS.get(name);
  if (pre) return { pre, named };
  throw tokenizerError(
    `The pre-tokenizer '${name}' (tokenizer.ggml.pre) is not supported yet.`,
    `One of ${[...PRE_TOKENIZERS.keys()].join(', ')} was expected.`,
    'Use a model with one of these, give token ids, or ask for this one to be added.',
  );
}

/** The file's merges in their order. @throws ModelFileError `model-tokenizer` for one of what are no ordinary tokens */
export function readMerges(metadata: Metadata, ordinary: ReadonlyMap<string, number>): (readonly [string, string])[] {
  return textsOf(metadata, 'tokenizer.ggml.merges').map((merge, i) => {
    const [left, right, ...rest] = merge.split(' ');
    if (!left || !right || rest.length > 0) {
      throw tokenizerError(
        `tokenizer.ggml.merges[${i}] is '${merge}'.`,
        'Two tokens with one space between were expected.',
      );
    }
    // Without this check a merge would quietly drop text whose token does not exist.
    if (!ordinary.has(left) || !ordinary.has(right) || !ordinary.has(left + right)) {
      throw tokenizerError(
        `tokenizer.ggml.merges[${i}] ('${merge}') names a token that is not an ordinary token of the vocabulary.`,
        'Both parts of a merge and its result must be tokens.',
      );
    }
    return [left, right] as const;
  });
}

/**
 * Reads how text is tokenised.
 * @param ordinary the tokens that merges may name
 * @throws ModelFileError `model-tokenizer` when something is missing, contradicts itself or is not supported.
 */
export const readEncodingRule = (metadata: Metadata, ordinary: ReadonlyMap<string, number>): EncodingRule => ({
  ...preTokenizerOf(metadata),
  merges: readMerges(metadata, ordinary),
});
