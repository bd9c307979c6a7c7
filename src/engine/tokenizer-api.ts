import { UsageError } from '../core/errors.ts';
import type { TokenizerApi } from '../core/api.ts';
import { checkIds } from './check-ids.ts';
import type { ModelSession } from './load/model-session.ts';

/** The public tokenizer over a model file's own. */
export function createTokenizerApi({
  tokenizer,
  template,
}: Pick<ModelSession, 'tokenizer' | 'template'>): TokenizerApi {
  return {
    async encode(text, options = {}) {
      return tokenizer.encode(text, options);
    },
    async decode(ids, options = {}) {
      return tokenizer.decode(checkIds(ids, tokenizer.vocabSize), options);
    },
    async applyChatTemplate(messages, options = {}) {
      if (!template)
        throw new UsageError({
          code: 'usage-messages',
          happened: 'This model file has no chat template.',
          expected: 'Chats need one; raw text does not.',
          todo: 'Tokenise the text as it is.',
        });
      const rendered = template.render(messages, options);
      return { ids: tokenizer.encode(rendered, { special: true }), rendered };
    },
  };
}
