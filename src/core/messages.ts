/** Checking of chat messages that come from a caller. */

import { described, isObject } from './check-options.ts';
import { UsageError } from './errors.ts';
import type { Message, MessageContent } from './api.ts';
import { copyPlain, notPlain } from './plain-data.ts';

const ROLES: readonly string[] = ['system', 'user', 'assistant'] satisfies Message['role'][];
const TEXTS: readonly string[] = ['name', 'reasoning_content'] satisfies (keyof Message)[];
const PART_FIELDS: readonly string[] = ['type', 'text', 'trusted'];

/** A UsageError about chat messages. */
export const messagesError = (happened: string, todo = 'Correct the messages.'): UsageError =>
  new UsageError({
    code: 'usage-messages',
    happened,
    expected: `Messages are a non-empty array of { role, content }, role one of ${ROLES.join(', ')} and content a text or a list of { type: 'text', text }.`,
    todo,
  });

/** Checks that the value is a list of chat messages. @throws UsageError `usage-messages` naming the first that is not one. */
export function checkMessages(messages: unknown): asserts messages is readonly Message[] {
  if (!Array.isArray(messages)) throw messagesError('The messages are not an array.');
  if (messages.length === 0) throw messagesError('There are no messages.');
  for (let i = 0; i < messages.length; i++) checkMessage(messages[i], i);
}

/** Checked messages that nobody else holds. @throws UsageError `usage-messages` */
export function copiedMessages(messages: unknown): Message[] {
  checkMessages(messages);
  return copyPlain<readonly Message[]>(messages).slice();
}

function checkMessage(message: unknown, i: number): void {
  if (!isObject(message)) throw messagesError(`Message ${i} is not an object.`);
  const fields = new Map<string, unknown>(Object.entries(message));
  const role = fields.get('role');
  if (typeof role !== 'string' || !ROLES.includes(role))
    throw messagesError(`The role of message ${i} is ${described(role)}.`);
  checkContent(fields.get('content'), `The content of message ${i}`);
  if (fields.has('trusted'))
    throw messagesError(
      `Message ${i} is marked as trusted.`,
      "Trust parts of it: content: [{ type: 'text', text, trusted: true }].",
    );
  for (const name of TEXTS) {
    const value = fields.get(name);
    if (value !== undefined && value !== null && typeof value !== 'string')
      throw messagesError(`The field ${name} of message ${i} is ${described(value)}, not a text.`);
  }
  const calls = fields.get('tool_calls');
  if (calls !== undefined && calls !== null && !Array.isArray(calls))
    throw messagesError(`The field tool_calls of message ${i} is ${described(calls)}, not a list.`);
  const odd = notPlain(message);
  if (odd !== undefined)
    throw messagesError(`Message ${i}${odd} is no plain data, which alone a template can be given.`);
}

/** Checks a message's content. @throws UsageError `usage-messages` */
export function checkContent(content: unknown, what = 'The message'): asserts content is MessageContent {
  if (typeof content === 'string') return;
  if (!Array.isArray(content)) throw messagesError(`${what} is not a text.`);
  for (let i = 0; i < content.length; i++) {
    const part: unknown = content[i];
    const fields = new Map<string, unknown>(isObject(part) ? Object.entries(part) : []);
    const trusted = fields.get('trusted');
    if (fields.get('type') !== 'text' || typeof fields.get('text') !== 'string')
      throw messagesError(`${what} has a part ${i} that is no { type: 'text', text }.`);
    if (trusted !== undefined && typeof trusted !== 'boolean')
      throw messagesError(`${what} has a part ${i} whose mark trusted is ${described(trusted)}, not true or false.`);
    const unknown = [...fields.keys()].find((name) => !PART_FIELDS.includes(name));
    if (unknown !== undefined) throw messagesError(`${what} has a part ${i} with a field '${unknown}'.`);
  }
}

/** The text of a content, its parts one after another. */
export const contentText = (content: MessageContent): string =>
  typeof content === 'string' ? content : content.map(({ text }) => text).join('');
