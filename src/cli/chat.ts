/** `winnow chat`: a conversation, typed or given. */

import { MemoryError, UsageError } from '../core/errors.ts';
import type { Conversation, GenerationResult } from '../core/api.ts';
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
import { gathered, optionError } from './option-values.ts';
import { INTERRUPTED, printJson, withEngine, type AddCommand, type CliContext, type Session } from './session.ts';
import { speedLine, streamText } from './stream-text.ts';

interface ChatFlags extends CommonOptions, MethodFlags, DecodingFlags, SamplingFlags {
  readonly system?: string;
  readonly message?: readonly string[];
}

export const addChat: AddCommand = (program, context) => {
  withSamplingOptions(
    withDecodingOption(
      withMethodOptions(
        withCommonOptions(program.command('chat').argument('<model>', 'path, URL or name of the model')),
      ),
    ),
  )
    .description('chat with a model; Ctrl-C stops an answer, once more it leaves')
    .option('--system <text>', 'the system message')
    .option('--message <text>', 'answer this message and exit (may be given several times)', gathered)
    .action(async (model: string, flags: ChatFlags) => {
      const { system, message } = flags;
      if (flags.json && !message) {
        throw optionError(
          'The option --json was given without --message.',
          'JSON is printed when all messages are answered.',
          'Add --message.',
        );
      }
      await withEngine(context, model, flags, async (session) => {
        // What is not given here is set for chats by the engine, from the manifest where it knows the model.
        const conversation = session.engine.conversation({
          ...generateOptions(flags),
          ...(system !== undefined && { system }),
        });
        if (message) await answerAll(context, session, conversation, message, flags.json ?? false);
        else await talk(context, session, conversation);
      });
    });
};

/** Answers each message in turn; an abort ends it. */
async function answerAll(
  context: CliContext,
  { engine, signal }: Session,
  conversation: Conversation,
  messages: readonly string[],
  json: boolean,
): Promise<void> {
  const { terminal } = context;
  const answers: Pick<GenerationResult, 'ids' | 'text' | 'finish'>[] = [];
  for (const message of messages) {
    // Each answer is part of the next question.
    // oxlint-disable-next-line no-await-in-loop
    const result = await streamText(conversation.send(message, { signal }), json ? undefined : terminal);
    answers.push({ ids: result.ids, text: result.text, finish: result.finish });
    if (!json) {
      terminal.out('\n');
      terminal.err(speedLine(result));
    }
    if (result.finish !== 'abort') continue;
    context.exitCode = INTERRUPTED;
    break;
  }
  if (json) printJson(terminal, { answers, messages: conversation.messages, report: await engine.report() });
}

/** Reads messages until the input ends or Ctrl-C is pressed between answers. */
async function talk(context: CliContext, session: Session, conversation: Conversation): Promise<void> {
  const { terminal } = context;
  const lines = terminal.readLines('> ');
  let answer: AbortController | undefined;
  session.onInterrupt(() => {
    if (answer && !answer.signal.aborted) {
      answer.abort();
      return;
    }
    context.exitCode = INTERRUPTED;
    lines.close();
    if (answer) terminal.exit(INTERRUPTED);
  });
  terminal.err(`${session.engine.model.name}: type a message; Ctrl-C stops an answer, Ctrl-D leaves\n`);
  try {
    // A conversation is one line after the other.
    /* oxlint-disable no-await-in-loop */
    for (let line = await lines.next(); line !== undefined; line = await lines.next()) {
      if (line.trim() === '') continue;
      answer = new AbortController();
      try {
        const result = await streamText(conversation.send(line, { signal: answer.signal }), terminal);
        terminal.out('\n');
        terminal.err(speedLine(result));
      } catch (error) {
        // A message that does not fit or is refused ends no conversation.
        if (!(error instanceof UsageError || error instanceof MemoryError)) throw error;
        terminal.err(`error: ${error.message}\n`);
      } finally {
        answer = undefined;
      }
    }
    /* oxlint-enable no-await-in-loop */
  } finally {
    lines.close();
    if (terminal.isScreen) terminal.err('\n'); // The shell's prompt shall not follow ours.
  }
}
