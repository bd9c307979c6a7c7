/** Chat messages to text, by the Jinja templates that the model file carries. A template is untrusted. */

import { ModelFileError, UsageError } from '../core/errors.ts';
import { checkMessages } from '../core/messages.ts';
import type { ChatTemplateOptions, Message, MessageContent } from '../core/api.ts';
import { TemplateFault } from '../templates/fault.ts';
import { wellFormed } from '../templates/from-json.ts';
import { Text } from '../templates/text.ts';
import { readTemplate, type Template } from '../templates/template.ts';
import type { GgufValue } from '../weights/gguf.ts';
import { DEFAULT_TEMPLATE, readNamedTemplates, TOOL_TEMPLATE } from './named-templates.ts';
import type { Tokenizer } from './from-gguf.ts';
import { renderedChat, type RenderedChat } from './rendered-chat.ts';

const LIMITS = { steps: 1_000_000, items: 100_000, depth: 200, bits: 1 << 16 } as const;
/** Characters a template may add to those it is given. */
const EXTRA_CHARACTERS = 1 << 20;
const MILLISECONDS = 1000;
/** For long messages: so many of their characters get a millisecond more. */
const CHARACTERS_PER_MILLISECOND = 2000;

export interface ChatTemplate {
  /** Names of the file's templates. */
  readonly names: readonly string[];
  /**
   * The messages as the model was trained to see them, for `Tokenizer.encodeChat`.
   * @throws UsageError `usage-messages` for messages that are none, or that the template refuses.
   * @throws UsageError `usage-option` for a template that the file does not have.
   * @throws ModelFileError `model-template` when the template is broken, needs what is not supported, or goes beyond its limits.
   */
  render(messages: readonly Message[], options?: ChatTemplateOptions): RenderedChat;
}

/**
 * The chat templates of a model file, or undefined when it has none. Each is read when first used,
 * so that a broken template does not keep a model from raw text.
 * @throws ModelFileError `model-template` when a metadata entry is not a text or is too long.
 */
export function createChatTemplate(
  metadata: ReadonlyMap<string, GgufValue>,
  tokenizer: Pick<Tokenizer, 'bosId' | 'eosIds' | 'decode'>,
): ChatTemplate | undefined {
  const sources = readNamedTemplates(metadata);
  if (sources.size === 0) return undefined;
  const tokenText = (id: number | undefined): string => (id === undefined ? '' : tokenizer.decode([id]));
  const own = { bos_token: tokenText(tokenizer.bosId), eos_token: tokenText(tokenizer.eosIds[0]) };
  const read = new Map<string, Template>();

  return {
    names: [...sources.keys()],
    render(messages, options = {}) {
      checkMessages(messages);
      const name = chosenName(sources, options);
      return guarded(() => {
        const template = read.get(name) ?? readTemplate(sources.get(name)!);
        read.set(name, template);
        const given = {
          // A role is one of a few words, not the caller's text: templates make markers of it ('<|' + role + '|>').
          messages: messages.map(({ role, content, ...rest }) => ({
            ...rest,
            role: new Text(role),
            content: textOf(content),
          })),
          tools: options.tools ?? null,
          documents: options.documents ?? null,
          add_generation_prompt: options.addGenerationPrompt ?? true,
        };
        return renderedChat(
          template.render({ given, own, limits: limitsFor(charactersOf(given)) }),
          sources.get(name)!,
        );
      });
    },
  };
}

function limitsFor(characters: number) {
  return {
    ...LIMITS,
    // Twice: a template may keep a trimmed copy of all messages in one value.
    characters: EXTRA_CHARACTERS + 2 * characters,
    milliseconds: MILLISECONDS + characters / CHARACTERS_PER_MILLISECOND,
  };
}

/** A content as one text, in which trusted parts count as the template's own. */
const textOf = (content: MessageContent): Text =>
  typeof content === 'string'
    ? Text.given(wellFormed(content))
    : Text.join(
        content.map(({ text, trusted }) => (trusted ? new Text(wellFormed(text)) : Text.given(wellFormed(text)))),
      );

/** About how many characters plain data has when written out. */
function charactersOf(value: unknown): number {
  if (typeof value === 'string') return value.length + 16;
  if (value instanceof Text) return value.text.length + 16;
  if (typeof value !== 'object' || value === null) return 16;
  return Object.entries(value).reduce((sum, [key, item]) => sum + key.length + charactersOf(item), 16);
}

/** As transformers chooses: the one that is asked for, else the one for tools where there are some, else the default. */
function chosenName(
  sources: ReadonlyMap<string, string>,
  { template, tools }: Pick<ChatTemplateOptions, 'template' | 'tools'>,
): string {
  const byDefault = tools !== undefined && sources.has(TOOL_TEMPLATE) ? TOOL_TEMPLATE : DEFAULT_TEMPLATE;
  const name = template ?? byDefault;
  if (sources.has(name)) return name;
  throw new UsageError({
    code: 'usage-option',
    happened: `This model file has no chat template '${name}'.`,
    expected: `It has ${[...sources.keys()].join(', ')}.`,
    todo: 'Name one of them with the option `template`.',
  });
}

const KINDS: Readonly<Record<Exclude<TemplateFault['kind'], 'raised'>, string>> = {
  syntax: 'cannot be read',
  failed: 'failed',
  unsupported: 'needs what this library cannot do',
  limit: 'goes beyond its limits',
};

function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof TemplateFault)) throw cause;
    const said = oneLine(cause.message);
    if (cause.kind === 'raised') {
      throw new UsageError({
        code: 'usage-messages',
        happened: `The model's chat template refuses these messages: ${said}.`,
        expected: 'A template takes the roles, in the order, that its model was trained with.',
        todo: 'Send messages that it takes.',
        cause,
      });
    }
    const place = cause.line === undefined ? '' : ` in line ${cause.line}`;
    throw new ModelFileError({
      code: 'model-template',
      happened: `The chat template ${KINDS[cause.kind]}${place}: ${said}.`,
      expected: 'A Jinja template was expected that turns chat messages into text with modest means.',
      todo: 'Use raw text with `generate`, or another GGUF file of the model.',
      cause,
    });
  }
}

/** One line, without a full stop, short: a template's author chooses its text. */
const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').replace(/\.$/, '').slice(0, 200);
