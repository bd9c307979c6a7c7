/** Checking of chat messages that come from a caller. */

import { described } from './check-options.ts';
import { UsageError } from './errors.ts';
import type { Message } from './api.ts';

const ROLES: readonly string[] = ['system', 'user', 'assistant'] satisfies Message['role'][];

/** A UsageError about chat messages. */
export const messagesError = (happened: string): UsageError =>
  new UsageError({
    code: 'usage-messages',
    happened,
    expected: `Messages are a non-empty array of { role, content }, role one of ${ROLES.join(', ')} and content a text.`,
    todo: 'Correct the messages.',
  });

/** Checks that the value is a list of chat messages. @throws UsageError `usage-messages` naming the first that is not one. */
export function checkMessages(messages: unknown): asserts messages is readonly Message[] {
  if (!Array.isArray(messages)) throw messagesError('The messages are not an array.');
  if (messages.length === 0) throw messagesError('There are no messages.');
  for (const [i, message] of messages.entries()) checkMessage(message, i);
}

function checkMessage(message: unknown, i: number): void {
  if (typeof message !== 'object' || message === null) throw messagesError(`Message ${i} is not an object.`);
  const role = 'role' in message ? message.role : undefined;
  const content = 'content' in message ? message.content : undefined;
  if (typeof role !== 'string' || !ROLES.includes(role))
    throw messagesError(`The role of message ${i} is ${described(role)}.`);
  if (typeof content !== 'string') throw messagesError(`The content of message ${i} is not a text.`);
}
