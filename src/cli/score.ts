/** `winnow score`: how likely the model finds a text. */

import type { RowLogits, ScoreResult } from '../core/api.ts';
import { withCommonOptions, type CommonOptions } from './common-options.ts';
import { exactlyOne, onlyWith, readIdsFile, readTextFile } from './inputs.ts';
import { optionError, wholeNumber, wholeNumbers } from './option-values.ts';
import { printJson, withEngine, type AddCommand } from './session.ts';

interface ScoreFlags extends CommonOptions {
  readonly textFile?: string;
  readonly idsFile?: string;
  readonly stride?: number;
  readonly logits?: readonly number[];
  readonly top?: number;
}

export const addScore: AddCommand = (program, context) => {
  const { terminal } = context;
  withCommonOptions(program.command('score').argument('<model>', 'path, URL or name of the model'))
    .description('mean negative log-likelihood and perplexity of a text; --context is also the length of a window')
    .option('--text-file <file>', 'a file with the text, in UTF-8; - is the standard input')
    .option('--ids-file <file>', 'a file with a JSON array of token ids')
    .option('--stride <tokens>', 'how far a window moves (default: half of --context)', wholeNumber('--stride', 1))
    .option(
      '--logits <rows>',
      'also the logits of these rows: 0,5,-1 (-1 is the last; one window only)',
      wholeNumbers('--logits', -Number.MAX_SAFE_INTEGER),
    )
    .option('--top <k>', 'how many of the highest logits of each row (default: 20)', wholeNumber('--top', 1))
    .action(async (model: string, flags: ScoreFlags) => {
      checkFlags(flags);
      const { textFile, idsFile, context: window, stride, logits, top } = flags;
      const text = textFile === undefined ? undefined : await readTextFile(terminal, textFile);
      const fileIds = idsFile === undefined ? undefined : await readIdsFile(terminal, idsFile);
      await withEngine(context, model, flags, async ({ engine, signal }) => {
        const ids = fileIds ?? (await engine.tokenizer.encode(text ?? '', { bos: true }));
        const result = await engine.score(ids, {
          signal,
          ...(window !== undefined && { context: window }),
          ...(stride !== undefined && { stride }),
          ...(logits && { logits }),
          ...(top !== undefined && { top }),
        });
        if (flags.json) {
          const { tokens, nll, perplexity } = result;
          printJson(terminal, { tokens, nll, perplexity, logits: result.logits, report: await engine.report() });
        } else {
          terminal.out(formatScore(result));
        }
      });
    });
};

function checkFlags({ textFile, idsFile, context, stride, logits, top }: ScoreFlags): void {
  exactlyOne({ '--text-file': textFile, '--ids-file': idsFile });
  onlyWith('--stride', stride, '--context', context);
  onlyWith('--top', top, '--logits', logits);
  if (stride !== undefined && context !== undefined && stride > context) {
    throw optionError(
      `The option --stride got ${stride}, more than --context ${context}.`,
      'Windows that leave no token out were expected.',
    );
  }
}

/** A score as lines of text. */
export function formatScore({ tokens, nll, perplexity, logits }: ScoreResult): string {
  const total = `perplexity ${perplexity.toFixed(4)}, mean NLL ${nll.toFixed(6)} nats over ${tokens} targets\n`;
  return total + logits.map(formatRow).join('');
}

const formatRow = ({ position, logsumexp, top }: RowLogits): string =>
  `row ${position}: logsumexp ${logsumexp.toFixed(4)}; ${top.map(([id, logit]) => `${id} ${logit.toFixed(4)}`).join(', ')}\n`;
