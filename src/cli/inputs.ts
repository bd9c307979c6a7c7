/** Files that the command reads: texts, ids, messages. All are UTF-8. */

import { StorageError, UsageError } from '../core/errors.ts';
import type { Message } from '../core/api.ts';
import { checkMessages } from '../core/messages.ts';
import { optionError } from './option-values.ts';
import type { Terminal } from './terminal.ts';

/** The text of a file, byte order mark included. @throws StorageError `storage-read`; UsageError when it is not UTF-8. */
export async function readTextFile(terminal: Terminal, path: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await terminal.readBytes(path);
  } catch (cause) {
    throw new StorageError({
      code: 'storage-read',
      happened: `The file ${path} cannot be read (${cause instanceof Error ? cause.message : String(cause)}).`,
      expected: 'A file that this user may read was expected.',
      todo: 'Check the path.',
      cause,
    });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw optionError(`The file ${path} is not valid UTF-8.`, 'Text in UTF-8 was expected.', 'Convert the file.');
  }
}

async function readJsonFile(terminal: Terminal, path: string): Promise<unknown> {
  const text = await readTextFile(terminal, path);
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw optionError(`The file ${path} is not JSON (${reason}).`, 'A JSON array was expected.', 'Correct the file.');
  }
}

/** Token ids of a file that is a JSON array of them. @throws UsageError `usage-ids` for anything else in it. */
export async function readIdsFile(terminal: Terminal, path: string): Promise<number[]> {
  return idsOf(await readJsonFile(terminal, path), path);
}

/** Lists of token ids of a file that is a JSON array of such arrays. @throws UsageError `usage-ids` for anything else in it. */
export async function readIdsLists(terminal: Terminal, path: string): Promise<number[][]> {
  const value = await readJsonFile(terminal, path);
  const lists: unknown[] = Array.isArray(value) ? value : [undefined];
  return lists.map((list) => idsOf(list, path));
}

function idsOf(value: unknown, path: string): number[] {
  const ids: number[] = [];
  for (const id of Array.isArray(value) ? (value as unknown[]) : [undefined]) {
    if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0) {
      throw new UsageError({
        code: 'usage-ids',
        happened: `The file ${path} holds ${Array.isArray(value) ? JSON.stringify(id) : 'no array'}.`,
        expected: 'A JSON array of token ids was expected.',
        todo: 'Write the ids as [1, 2, 3].',
      });
    }
    ids.push(id);
  }
  return ids;
}

/** Messages of a file that is a JSON array of them. @throws UsageError `usage-messages` for anything else in it. */
export async function readMessagesFile(terminal: Terminal, path: string): Promise<readonly Message[]> {
  const messages = await readJsonFile(terminal, path);
  checkMessages(messages);
  return messages;
}

/** Checks that exactly one of these options was given. */
export function exactlyOne(options: Readonly<Record<string, unknown>>): void {
  const names = Object.keys(options);
  const given = names.filter((name) => options[name] !== undefined);
  if (given.length === 1) return;
  const list = `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
  throw optionError(
    given.length === 0 ? `None of ${list} was given.` : `${given.join(' and ')} were given together.`,
    `Exactly one of ${list} was expected.`,
  );
}

/** Refuses an option that has no effect without another. */
export function onlyWith(name: string, value: unknown, other: string, otherValue: unknown): void {
  if (value === undefined || value === false || otherValue !== undefined) return;
  throw optionError(`The option ${name} was given without ${other}.`, `${name} works together with ${other} only.`);
}
