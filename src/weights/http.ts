/** Files over HTTP: what a server says about a file, and its bytes, through cuts and stalls. */

import { throwIfAborted, WinnowError } from '../core/errors.ts';
import { Attempt, type HttpOptions } from './attempt.ts';
import { AnsweredError, changedError, networkError } from './http-fault.ts';
import { isPacked, lengthOf, rangeOf, versionOf } from './http-headers.ts';
import { Seam } from './seam.ts';
import { Tries } from './tries.ts';

export type { HttpOptions } from './attempt.ts';
export { networkError } from './http-fault.ts';

export interface RemoteFile {
  readonly url: string;
  /** In bytes; undefined where the server does not tell. */
  readonly size: number | undefined;
  /** A length to go by where the size is not sure: a packed one, perhaps. */
  readonly about?: number | undefined;
  /** Whether the server sends parts of the file on request. */
  readonly ranges: boolean;
  /** The server's name for this version of the file: its ETag, else its date; undefined where it does not tell. */
  readonly version: string | undefined;
}

/** A piece of a file. One may begin before the end of the last: from there on the file was begun anew. */
export interface Piece {
  readonly at: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface StreamOptions extends HttpOptions {
  /** Where bytes are wanted from when the file must be begun anew. Default 0. */
  readonly floor?: number;
  /** A checksum will be compared, so that parts may be joined though no server names their version. */
  readonly checked?: boolean;
  /** Called when parts were joined by comparing bytes, since nothing names their version. */
  readonly onSeam?: () => void;
}

/**
 * Asks for one byte to learn about a file. Where that is refused or garbled, it asks for the whole and looks at the beginning.
 * @throws ModelFileError 'model-not-found', StorageError 'network' (also for a web page or nothing in the file's place)
 */
export async function probeFile(url: string, options: HttpOptions = {}, signal?: AbortSignal): Promise<RemoteFile> {
  const tries = new Tries(url, options, signal);
  let byRange = true;
  /** What a request without a range told, after one with a range had failed. */
  let whole: RemoteFile | undefined;
  for (;;) {
    throwIfAborted(signal);
    const attempt = new Attempt(url, options, signal);
    /* oxlint-disable no-await-in-loop -- one try after the other */
    try {
      if (byRange) return await probeRange(url, attempt);
      whole = await probeWhole(url, attempt);
      // It may have been a hiccup: parts are worth another question.
      byRange = true;
      continue;
    } catch (error) {
      if (whole !== undefined && !(error instanceof WinnowError) && !signal?.aborted) return whole;
      await tries.failed(error);
      byRange = !byRange || error instanceof AnsweredError;
    } finally {
      attempt.end();
    }
    /* oxlint-enable no-await-in-loop */
  }
}

async function probeRange(url: string, attempt: Attempt): Promise<RemoteFile> {
  const response = await attempt.request({ Range: 'bytes=0-0' });
  const { total } = rangeOf(response);
  if (response.status === 200) return readWhole(url, response, attempt);
  const head = await attempt.head(response, 2);
  if (response.status === 416 && total === 0) throw nothing(url);
  // A 416 for the first byte, or another number of bytes than one, is no answer that parts can be read by.
  if (response.status === 416 || isPacked(response) || head.length !== 1) return probeWhole(url, attempt);
  return { url, size: total, ranges: true, version: versionOf(response) };
}

async function probeWhole(url: string, attempt: Attempt): Promise<RemoteFile> {
  const response = await attempt.request();
  if (response.status === 200) return readWhole(url, response, attempt);
  throw networkError(url, `the server answered ${response.status} to a request for the whole file`, undefined);
}

async function readWhole(url: string, response: Response, attempt: Attempt): Promise<RemoteFile> {
  const head = await attempt.head(response, 1);
  if (head.length === 0) throw nothing(url);
  const isPage = /^\s*text\/html/i.test(response.headers.get('Content-Type') ?? '');
  if (isPage && new TextDecoder().decode(head.subarray(0, 1024)).trimStart().startsWith('<'))
    throw networkError(
      url,
      'the server sent a web page in its place',
      undefined,
      'Open the address in a tab: the network or the site may ask to sign in. Then try again.',
    );
  return { url, ...lengthOf(response), ranges: false, version: versionOf(response) };
}

const nothing = (url: string) => networkError(url, 'the server sent a file without a byte', undefined);

/**
 * The size of a file whose server sends parts but shows no total: told by the length of the answer from 0 on, and believed
 * when of its last byte and one more a single byte comes. Undefined where that fails.
 */
export async function measureFile(
  file: RemoteFile,
  options: HttpOptions = {},
  signal?: AbortSignal,
): Promise<number | undefined> {
  const ask = async (range: string, most: number): Promise<{ length: number | undefined; came: number }> => {
    const attempt = new Attempt(file.url, options, signal);
    try {
      const response = await attempt.request({ Range: range });
      const length = response.status === 206 ? Number(response.headers.get('Content-Length') ?? NaN) : NaN;
      const head = await attempt.head(response, most);
      return { length: Number.isSafeInteger(length) ? length : undefined, came: head.length };
    } finally {
      attempt.end();
    }
  };
  try {
    const { length } = await ask('bytes=0-', 1);
    if (length === undefined || length === 0) return undefined;
    return (await ask(`bytes=${length - 1}-${length}`, 3)).came === 1 ? length : undefined;
  } catch {
    throwIfAborted(signal);
    return undefined;
  }
}

/**
 * Bytes [start, end) of a file, `end` undefined for the rest of it. A cut connection is taken up where it broke when the
 * server names the file's version or a checksum will be compared. Else the bytes from `floor` on are asked for anew, and only
 * if that is cut too, they are joined, at a seam where old and new bytes are the same.
 * Throws StorageError 'network' when tries run out or the file changes on the server meanwhile.
 */
export async function* streamFile(
  file: RemoteFile,
  start: number,
  end: number | undefined,
  options: StreamOptions = {},
  signal?: AbortSignal,
): AsyncGenerator<Piece, void, undefined> {
  const { floor = 0, checked = false } = options;
  const last = end ?? file.size;
  if (last !== undefined && start >= last) return;
  const tries = new Tries(file.url, options, signal, last === undefined ? 0 : last - start);
  const seam = new Seam();
  let position = start;
  let furthest = start;
  let begunAnew = false;
  let { ranges } = file;
  /** A version that one answer names and another does not proves nothing. */
  let joins = file.version !== undefined || checked;
  for (;;) {
    throwIfAborted(signal);
    const attempt = new Attempt(file.url, options, signal);
    try {
      const overlap = position > floor && !joins ? seam.length : 0;
      const opened = await openAt(
        file,
        { position: position - overlap, floor, end, ranges, proven: checked || !joins },
        attempt,
      );
      if (opened === 'complete') return;
      if (opened === 'no parts') {
        ranges = false;
        position = floor;
        continue;
      }
      if (opened === 'no version') {
        joins = false;
        begunAnew = true;
        position = floor;
        continue;
      }
      const { reader } = opened;
      let { skip } = opened;
      let compare = opened.from === position - overlap ? overlap : 0;
      position = opened.from;
      if (compare === 0) seam.clear();
      for (;;) {
        let chunk = await attempt.read(reader);
        if (chunk === undefined) break;
        if (skip > 0) {
          const dropped = Math.min(skip, chunk.length);
          skip -= dropped;
          chunk = chunk.subarray(dropped);
        }
        if (compare > 0) {
          const known = Math.min(compare, chunk.length);
          if (!seam.equals(chunk.subarray(0, known), compare))
            throw changedError(file.url, `at byte ${position} other bytes came than before`);
          compare -= known;
          if (compare === 0) options.onSeam?.();
          position += known;
          chunk = chunk.subarray(known);
        }
        if (last !== undefined) chunk = chunk.subarray(0, last - position);
        if (chunk.length === 0) continue;
        seam.add(chunk);
        yield { at: position, bytes: chunk };
        position += chunk.length;
        tries.gained(Math.max(0, position - furthest));
        furthest = Math.max(furthest, position);
        if (position === last) return;
      }
      if (last === undefined) return;
      throw new Error(`the connection ended at byte ${position} of ${last}`);
    } catch (error) {
      await tries.failed(error, `, at byte ${position}`);
      if (!ranges || (!joins && !begunAnew)) {
        begunAnew ||= position > floor;
        position = floor;
      }
    } finally {
      attempt.end();
    }
  }
}

interface Opened {
  readonly reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  /** Where the bytes begin that are of use, and how many come before them. */
  readonly from: number;
  readonly skip: number;
}

interface Wish {
  readonly position: number;
  readonly floor: number;
  readonly end: number | undefined;
  readonly ranges: boolean;
  /** The answer need not name the version: others tell whether its bytes belong to those before. */
  readonly proven: boolean;
}

/** Sends the request for [position, end), and compares what its answer tells with what is known of the file. */
async function openAt(
  file: RemoteFile,
  { position, floor, end, ranges, proven }: Wish,
  attempt: Attempt,
): Promise<Opened | 'complete' | 'no parts' | 'no version'> {
  const partial = ranges && (position > 0 || (end !== undefined && end !== file.size));
  const range = `bytes=${position}-${end === undefined ? (file.size === undefined ? '' : file.size - 1) : end - 1}`;
  // If-Range would need the server's permission across origins; comparing its version of the file needs none.
  const response = await attempt.request(partial ? { Range: range } : {});
  const refuse = async (how: string): Promise<never> => {
    await response.body?.cancel();
    throw changedError(file.url, how);
  };
  const { start, total } = rangeOf(response);
  if (response.status === 416) {
    await response.body?.cancel();
    if (!partial) throw networkError(file.url, 'the server answered 416 to a request for the whole file', undefined);
    if (total === position && file.size === undefined) return 'complete';
    if (total !== undefined && total !== file.size && file.size !== undefined)
      return refuse(`${file.size} bytes became ${total}`);
    return 'no parts';
  }
  const version = versionOf(response);
  if (file.version !== undefined && version !== undefined && version !== file.version)
    return refuse(`${file.version} became ${version}`);
  if (response.status === 206 && position > floor && !proven && version === undefined) {
    await response.body?.cancel();
    return 'no version';
  }
  const size = response.status === 206 ? total : lengthOf(response).size;
  if (file.size !== undefined && size !== undefined && size !== file.size)
    return refuse(`${file.size} bytes became ${size}`);
  if (response.body === null) throw new Error('the answer has no body');
  if (response.status === 206 && (!partial || isPacked(response))) {
    await response.body.cancel();
    if (!partial) throw new Error('the server sent a part where the whole file was asked for');
    return 'no parts';
  }
  if (response.status === 206 && start !== undefined && start !== position) {
    await response.body.cancel();
    throw new Error(`the server sent bytes from ${start} on where ${position} was asked for`);
  }
  // A server that sends the whole file instead: it begins anew.
  const from = response.status === 206 ? position : floor;
  return { reader: response.body.getReader(), from, skip: response.status === 206 ? 0 : floor };
}
