import { UsageError } from '../core/errors.ts';
import type { ChatTemplateOptions, TokenizeOptions, TokenizerApi } from '../core/api.ts';
import { aText, checkOptions, checkText, expected, trueOrFalse, type OptionTable } from '../core/check-options.ts';
import { isPlain } from '../core/plain-data.ts';
import { chatFrom } from '../tokenizer/rendered-chat.ts';
import { checkIds } from './check-ids.ts';
import type { ModelSession } from './load/model-session.ts';

const TOKENIZE: OptionTable<TokenizeOptions> = { special: trueOrFalse, bos: trueOrFalse };
const DECODE: OptionTable<NonNullable<Parameters<TokenizerApi['decode']>[1]>> = { skipSpecial: trueOrFalse };
const aList = (what: string) =>
  expected(`A list of ${what} as plain data.`, (value) => Array.isArray(value) && isPlain(value));
const TEMPLATE: OptionTable<ChatTemplateOptions> = {
  addGenerationPrompt: trueOrFalse,
  template: aText,
  tools: aList('tools'),
  documents: aList('documents'),
  after: aText,
};

/** The public tokenizer over a model file's own. */
export function createTokenizerApi({
  tokenizer,
  template,
}: Pick<ModelSession, 'tokenizer' | 'template'>): TokenizerApi {
  return {
    async encode(text, options = {}) {
      checkText(text);
      checkOptions(options, TOKENIZE);
      return tokenizer.encode(text, options);
    },
    async decode(ids, options = {}) {
      checkOptions(options, DECODE);
      if (tokenizer.textError) throw tokenizer.textError;
      return tokenizer.decode(checkIds(ids, tokenizer.vocabSize), options);
    },
    async applyChatTemplate(messages, options = {}) {
      checkOptions(options, TEMPLATE);
      if (!template)
        throw new UsageError({
          code: 'usage-messages',
          happened: 'This model file has no chat template.',
          expected: 'Chats need one; raw text does not.',
          todo: 'Tokenise the text as it is.',
        });
      const chat = template.render(messages, options);
      const { after = '' } = options;
      if (!chat.text.startsWith(after))
        throw new UsageError({
          code: 'usage-messages',
          happened: 'The chat does not go on from the text that it was said to.',
          expected:
            'The option `after` is the beginning of the rendered chat; some templates write earlier turns anew.',
          todo: 'Leave `after` out.',
        });
      return { ids: tokenizer.encodeChat(chatFrom(chat, after.length)), rendered: chat.text };
    },
  };
}
