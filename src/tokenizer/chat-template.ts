/** Chat messages to text, by the Jinja template that the model file carries. The template is untrusted. */

import { Environment, parse, tokenize } from '@huggingface/jinja';
import { ModelFileError } from '../core/errors.ts';
import type { Message } from '../core/api.ts';
import type { GgufValue } from '../weights/gguf.ts';
import { BoundedInterpreter, type RenderLimits } from './bounded-interpreter.ts';
import type { Tokenizer } from './from-gguf.ts';
import { checkMessages, messagesError } from '../core/messages.ts';
import { formatTime } from './strftime.ts';

/** The longest templates in use have about 30,000 characters. */
const MAX_TEMPLATE_CHARACTERS = 1 << 17;
/** The template library's lexer takes time with the square of a stretch of white space. */
const MAX_WHITE_SPACE = 1000;
const MAX_RANGE = 10_000;
const LIMITS = { steps: 1_000_000, milliseconds: 1000, items: 100_000 } as const;
/** Characters a template may add to those of the messages. */
const EXTRA_CHARACTERS = 1 << 20;

export interface ChatTemplate {
  /**
   * The messages as the model was trained to see them; tokenise it with special tokens parsed and without `bos`.
   * `addGenerationPrompt` (default true) ends it where the assistant's answer begins.
   * @throws UsageError `usage-messages` for messages that are none, or that the template refuses.
   * @throws ModelFileError `model-template` when the template is broken or goes beyond its limits.
   */
  render(messages: readonly Message[], options?: { readonly addGenerationPrompt?: boolean }): string;
}

/** Raised by `raise_exception` in a template: its way to refuse messages. */
class Refusal extends Error {}

type Program = ReturnType<typeof parse>;

/**
 * The chat template of a model file, or undefined when it has none. It is parsed when first used,
 * so that a broken template does not keep a model from raw text.
 * @throws ModelFileError `model-template` when the metadata entry is not a text or is too long.
 */
export function createChatTemplate(
  metadata: ReadonlyMap<string, GgufValue>,
  tokenizer: Pick<Tokenizer, 'bosId' | 'eosIds' | 'decode'>,
): ChatTemplate | undefined {
  const source = metadata.get('tokenizer.chat_template');
  if (source === undefined) return undefined;
  if (typeof source !== 'string') throw templateError('tokenizer.chat_template is not a text.');
  if (source.length > MAX_TEMPLATE_CHARACTERS) {
    throw templateError(`The chat template has ${source.length} characters, more than ${MAX_TEMPLATE_CHARACTERS}.`);
  }
  if (source.match(/\s+/g)?.some((stretch) => stretch.length > MAX_WHITE_SPACE)) {
    throw templateError(`The chat template has a stretch of more than ${MAX_WHITE_SPACE} white-space characters.`);
  }
  const tokenText = (id: number | undefined): string => (id === undefined ? '' : tokenizer.decode([id]));
  const bosToken = tokenText(tokenizer.bosId);
  const eosToken = tokenText(tokenizer.eosIds[0]);
  let program: Program | undefined;

  return {
    render(messages, options = {}) {
      checkMessages(messages);
      program ??= parseTemplate(source);
      const environment = createEnvironment({
        messages: messages.map(({ role, content }) => ({ role, content })),
        add_generation_prompt: options.addGenerationPrompt ?? true,
        bos_token: bosToken,
        eos_token: eosToken,
      });
      const given = messages.reduce((sum, { content }) => sum + content.length + 32, 0);
      // Twice: a template may keep a trimmed copy of all messages in one value.
      return renderTemplate(program, environment, { ...LIMITS, characters: EXTRA_CHARACTERS + 2 * given });
    },
  };
}

function parseTemplate(source: string): Program {
  try {
    return parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true }));
  } catch (cause) {
    throw templateError(`The chat template cannot be read: ${messageOf(cause)}.`, cause);
  }
}

function renderTemplate(program: Program, environment: Environment, limits: RenderLimits): string {
  try {
    const { value } = new BoundedInterpreter(environment, limits).run(program);
    if (typeof value !== 'string') throw new TypeError('it gives no text');
    return value;
  } catch (cause) {
    if (cause instanceof Refusal)
      throw messagesError(`The model's chat template refuses these messages: ${cause.message}.`);
    throw templateError(`The chat template failed: ${messageOf(cause)}.`, cause);
  }
}

/** The names that templates may use besides Jinja's own; the library's `range` has no bound, so it is replaced. */
function createEnvironment(variables: Readonly<Record<string, unknown>>): Environment {
  const environment = new Environment();
  const names = {
    true: true,
    false: false,
    none: null,
    True: true,
    False: false,
    None: null,
    range: boundedRange,
    raise_exception: (message: unknown) => {
      throw new Refusal(String(message));
    },
    strftime_now: (format: unknown) => formatTime(new Date(), String(format)),
    ...variables,
  };
  for (const [name, value] of Object.entries(names)) environment.set(name, value);
  return environment;
}

/** Python's `range` of whole numbers, at most MAX_RANGE long. */
function boundedRange(first: unknown, second?: unknown, third?: unknown): number[] {
  const [start, stop] = second === undefined || second === null ? [0, first] : [first, second];
  const step = third ?? 1;
  if (!isWhole(start) || !isWhole(stop) || !isWhole(step) || step === 0)
    throw new TypeError('range() needs whole numbers');
  const length = Math.max(0, Math.ceil((stop - start) / step));
  if (length > MAX_RANGE) throw new RangeError(`range() has ${length} entries, more than ${MAX_RANGE}`);
  return Array.from({ length }, (_, i) => start + i * step);
}

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);

/** One line, without a full stop, short: a template's author chooses its text. */
function messageOf(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return text.replaceAll(/\s+/g, ' ').replace(/\.$/, '').slice(0, 200);
}

function templateError(happened: string, cause?: unknown): ModelFileError {
  return new ModelFileError({
    code: 'model-template',
    happened,
    expected: 'A Jinja template was expected that turns chat messages into text with modest means.',
    todo: 'Use raw text with `generate`, or another GGUF file of the model.',
    cause,
  });
}
