/** `winnow generate`: continues a prompt. */

import type { Engine, GenerateOptions, Generation, PromptOptions } from '../core/api.ts';
import {
  generateOptions,
  withCommonOptions,
  withDecodingOption,
  withMethodOptions,
  withSamplingOptions,
  type CommonOptions,
  type DecodingFlags,
  type MethodFlags,
  type SamplingFlags,
} from './common-options.ts';
import { exactlyOne, onlyWith, readIdsFile } from './inputs.ts';
import { optionError, wholeNumber, wholeNumbers } from './option-values.ts';
import { INTERRUPTED, printJson, withEngine, type AddCommand } from './session.ts';
import { speedLine, streamText } from './stream-text.ts';

interface GenerateFlags extends CommonOptions, MethodFlags, DecodingFlags, SamplingFlags {
  readonly prompt?: string;
  readonly ids?: readonly number[];
  readonly idsFile?: string;
  readonly chat?: boolean;
  readonly special?: boolean;
}

/** Said in full, because through the chat template other settings would be the default. */
const GREEDY = {
  temperature: 0,
  topK: 0,
  topP: 1,
  minP: 0,
  repetitionPenalty: 1,
  presencePenalty: 0,
  frequencyPenalty: 0,
} as const satisfies GenerateOptions;

export const addGenerate: AddCommand = (program, context) => {
  const { terminal } = context;
  withSamplingOptions(
    withDecodingOption(
      withMethodOptions(
        withCommonOptions(program.command('generate').argument('<model>', 'path, URL or name of the model')),
      ),
    ),
  )
    .description('continue a prompt; temperature 0 and no penalties unless given')
    .option('--prompt <text>', 'the prompt')
    .option('--ids <ids>', 'the prompt as token ids: 1,2,3', wholeNumbers('--ids', 0))
    .option('--ids-file <file>', 'a file with the prompt as a JSON array of token ids')
    .option(
      '--logprobs <n>',
      "with --json: each token's log-probability and those of the n likeliest (0 to 20)",
      wholeNumber('--logprobs', 0, 20),
    )
    .option('--special', 'parse special tokens such as <|im_end|> in the prompt')
    .option('--chat', "send the prompt as a user's message through the chat template")
    .action(async (model: string, flags: GenerateFlags) => {
      const { prompt, ids, idsFile, chat, special } = flags;
      exactlyOne({ '--prompt': prompt, '--ids': ids, '--ids-file': idsFile });
      onlyWith('--chat', chat, '--prompt', prompt);
      onlyWith('--special', special, '--prompt', prompt);
      if (special && chat)
        throw optionError(
          'The option --special was given with --chat.',
          "In a chat only the template's own special tokens are parsed.",
          'Leave one of them out.',
        );
      onlyWith('--logprobs', flags.logprobs, '--json', flags.json);
      const input = prompt ?? ids ?? (idsFile === undefined ? [] : await readIdsFile(terminal, idsFile));
      await withEngine(context, model, flags, async ({ engine, signal }) => {
        const options = { ...GREEDY, ...generateOptions(flags), ...(special && { special }), signal };
        const result = await streamText(
          start(engine, input, chat ?? false, options),
          flags.json ? undefined : terminal,
        );
        if (result.finish === 'abort') context.exitCode = INTERRUPTED;
        if (flags.json) {
          printJson(terminal, {
            ids: result.ids,
            text: result.text,
            finish: result.finish,
            speculation: result.speculation,
            ...(result.logprobs && { logprobs: result.logprobs }),
            report: await engine.report(),
          });
        } else {
          terminal.out('\n');
          terminal.err(speedLine(result));
        }
      });
    });
};

function start(engine: Engine, input: string | readonly number[], chat: boolean, options: PromptOptions): Generation {
  return chat && typeof input === 'string'
    ? engine.chat([{ role: 'user', content: input }], options)
    : engine.generate(input, options);
}
