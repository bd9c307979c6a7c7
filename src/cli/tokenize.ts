/** `winnow tokenize`: text or messages to token ids, without a GPU. */

import { withCommonOptions, type CommonOptions } from './common-options.ts';
import { exactlyOne, onlyWith, readMessagesFile, readTextFile } from './inputs.ts';
import { optionError } from './option-values.ts';
import { printJson, type AddCommand } from './session.ts';

interface TokenizeFlags extends CommonOptions {
  readonly text?: string;
  readonly textFile?: string;
  readonly special?: boolean;
  readonly messagesFile?: string;
  readonly generationPrompt: boolean;
  readonly template?: string;
}

export const addTokenize: AddCommand = (program, { library, terminal }) => {
  withCommonOptions(program.command('tokenize').argument('<model>', 'path, URL or name of the model'))
    .description('turn text or messages into token ids')
    .option('--text <text>', 'the text')
    .option('--text-file <file>', 'a file with the text, in UTF-8; - is the standard input')
    .option('--special', 'parse special tokens such as <|im_end|> in the text')
    .option('--messages-file <file>', 'a file with a JSON array of messages, for the chat template')
    .option('--template <name>', "which of the file's chat templates (winnow info lists them)")
    .option('--no-generation-prompt', 'do not begin an answer after the messages')
    .action(async (model: string, flags: TokenizeFlags) => {
      const { text, textFile, messagesFile, special, generationPrompt, template, json } = flags;
      exactlyOne({ '--text': text, '--text-file': textFile, '--messages-file': messagesFile });
      onlyWith('--no-generation-prompt', !generationPrompt, '--messages-file', messagesFile);
      onlyWith('--template', template, '--messages-file', messagesFile);
      if (special && messagesFile !== undefined) {
        throw optionError(
          'The option --special was given with --messages-file.',
          "In a chat only the template's own special tokens are parsed.",
          'Leave --special out.',
        );
      }
      const messages = messagesFile === undefined ? undefined : await readMessagesFile(terminal, messagesFile);
      const plain = text ?? (textFile === undefined ? '' : await readTextFile(terminal, textFile));
      const tokenizer = await library.openTokenizer(model);
      const result = messages
        ? await tokenizer.applyChatTemplate(messages, {
            addGenerationPrompt: generationPrompt,
            ...(template !== undefined && { template }),
          })
        : { ids: await tokenizer.encode(plain, { special: special ?? false }), rendered: plain };
      printJson(terminal, json ? { ids: result.ids, rendered: result.rendered } : result.ids);
    });
};
