/** Faults of exchanges over HTTP: which pass with time, which do not, and how messages name them. */

import { StorageError, UsageError } from '../core/errors.ts';

/** A status that may pass. */
export class AnsweredError extends Error {}

/** A status by which the server says that it has too much to do. */
export class BusyError extends AnsweredError {
  /** How long it asks to wait, in milliseconds; undefined where it does not tell, or a browser hides it. */
  readonly waitMs: number | undefined;

  constructor(message: string, waitMs: number | undefined) {
    super(message);
    this.waitMs = waitMs;
  }
}

/** A redirect that could not be followed: it leads round in a circle, or to a server that does not answer. */
export class RedirectFault extends Error {}

/** The error of a server that does not answer as it should; `when` says what was tried. */
export function networkError(
  url: string,
  when: string,
  cause: unknown,
  todo = 'Check the connection and the URL, and try again.',
): StorageError {
  const reason = cause === undefined ? '' : `: ${reasonOf(cause)}`;
  return new StorageError({
    code: 'network',
    happened: `${shown(url)} could not be read (${when}${reason}).`,
    expected: 'The server sends the file, and allows this page to read it.',
    todo,
    cause,
  });
}

/** The error of a file that is another one than when its reading began. */
export const changedError = (url: string, how: string): StorageError =>
  new StorageError({
    code: 'network',
    happened: `${shown(url)} changed on the server while it was read (${how}).`,
    expected: 'A file stays the same until it is read.',
    todo: 'Load it again from the beginning.',
  });

/** A URL for messages: without what it says after "?", which may be a key. */
export const shown = (url: string): string => {
  const query = url.indexOf('?');
  return query < 0 || url.startsWith('data:') ? url.slice(0, 2000) : `${url.slice(0, query)}?…`;
};

/** An error and what caused it, in one text: `fetch` itself says little more than that it failed. */
export function reasonOf(error: unknown): string {
  const texts: string[] = [];
  let at = error;
  for (let depth = 0; at instanceof Error && depth < 5; depth++, at = at.cause) {
    const code = 'code' in at && typeof at.code === 'string' ? at.code : at.name;
    const text = at.message === '' ? code : at.message;
    if (!texts.some((known) => known.includes(text))) texts.push(text);
  }
  return texts.join(': ') || String(error);
}

const LASTING = [
  /redirect count exceeded/,
  /too many redirects/i,
  /unknown scheme|scheme must be|not supported/i,
  /bad port/,
  /includes credentials/,
  /certificate|self[- ]signed/i,
];

/** Whether another try would fail the same way. */
export const isLasting = (error: unknown): boolean => LASTING.some((pattern) => pattern.test(reasonOf(error)));

/**
 * The address as it can be fetched, without a fragment.
 * @throws UsageError 'usage-option' for what is no URL, has a name and password in it, or a scheme that cannot be fetched
 */
export function fetchable(address: string | URL, base?: string): string {
  let url: URL;
  try {
    url = new URL(address, base);
  } catch (cause) {
    throw refused(`"${shown(String(address))}" is not a sound URL.`, cause);
  }
  if (url.username !== '' || url.password !== '')
    throw refused(`The URL of a model at ${url.host} has a user name or password in it, which no fetch may send.`);
  if (!['http:', 'https:', 'blob:', 'data:'].includes(url.protocol))
    throw refused(`Models cannot be fetched by the scheme "${url.protocol.slice(0, -1)}".`);
  url.hash = '';
  return url.href;
}

const refused = (happened: string, cause?: unknown): UsageError =>
  new UsageError({
    code: 'usage-option',
    happened,
    expected: 'A URL of a model begins with http: or https:.',
    todo: 'Correct it, or download the file and open it from the disk.',
    cause,
  });
