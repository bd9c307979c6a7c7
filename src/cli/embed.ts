/** `winnow embed`: what a model makes of texts as vectors. */

import { Option } from 'commander';
import type { EmbedOptions } from '../core/api.ts';
import { withCommonOptions, type CommonOptions } from './common-options.ts';
import { exactlyOne, readIdsLists, readTextFile } from './inputs.ts';
import { wholeNumber } from './option-values.ts';
import { printJson, withEngine, type AddCommand } from './session.ts';

interface EmbedFlags extends CommonOptions {
  readonly text?: readonly string[];
  readonly textsFile?: string;
  readonly idsFile?: string;
  readonly pooling?: NonNullable<EmbedOptions['pooling']>;
  readonly dimensions?: number;
  /** Commander's name of --no-normalize. */
  readonly normalize: boolean;
}

export const addEmbed: AddCommand = (program, context) => {
  const { terminal } = context;
  withCommonOptions(program.command('embed').argument('<model>', 'path, URL or name of the model'))
    .description('embeddings of texts, by an encoder or a decoder')
    .option('--text <text...>', 'texts to embed')
    .option('--texts-file <file>', 'a file with a text in each line, in UTF-8; - is the standard input')
    .option('--ids-file <file>', 'a file with a JSON array of arrays of token ids, taken as they are')
    .addOption(
      new Option('--pooling <way>', 'cls is the first token (default: as the file says)').choices([
        'mean',
        'cls',
        'last',
      ]),
    )
    .option('--dimensions <count>', 'only the first so many numbers', wholeNumber('--dimensions', 1))
    .option('--no-normalize', 'leave vectors as long as they are')
    .action(async (model: string, flags: EmbedFlags) => {
      const { text, textsFile, idsFile, pooling, dimensions, normalize } = flags;
      exactlyOne({ '--text': text, '--texts-file': textsFile, '--ids-file': idsFile });
      const lines = textsFile === undefined ? undefined : linesOf(await readTextFile(terminal, textsFile));
      const ids = idsFile === undefined ? undefined : await readIdsLists(terminal, idsFile);
      await withEngine(context, model, flags, async ({ engine, signal }) => {
        const { embeddings, dimensions: length } = await engine.embed(ids ?? lines ?? text ?? [], {
          signal,
          normalize,
          ...(pooling && { pooling }),
          ...(dimensions !== undefined && { dimensions }),
        });
        if (flags.json) printJson(terminal, { embeddings, dimensions: length, report: await engine.report() });
        else
          for (const vector of embeddings) terminal.out(`${vector.map((value) => value.toPrecision(7)).join(' ')}\n`);
      });
    });
};

const linesOf = (text: string): string[] => text.replace(/\r?\n$/, '').split(/\r?\n/);
