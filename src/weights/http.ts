/** Files over HTTP: what a server says about a file, and its bytes in order, through cuts and stalls. */

import { abortedError, ModelFileError, StorageError, throwIfAborted } from '../core/errors.ts';

export interface HttpOptions {
  /** Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** Tries without a new byte before giving up. Default 5. */
  readonly attempts?: number;
  /** Wait before the second try, in milliseconds; it doubles with each. Default 500. */
  readonly retryDelayMs?: number;
  /** A connection that brings no byte for so long, in milliseconds, counts as cut. Default 30000. */
  readonly stallMs?: number;
}

export interface RemoteFile {
  readonly url: string;
  /** In bytes; undefined where the server does not tell. */
  readonly size: number | undefined;
  /** Whether the server sends parts of the file on request. */
  readonly ranges: boolean;
  /** The server's name for this version of the file: its ETag, else its date; undefined where it does not tell. */
  readonly version: string | undefined;
}

/** Asks for one byte to learn about a file. Throws ModelFileError 'model-not-found' or StorageError 'network'. */
export async function probeFile(url: string, options: HttpOptions = {}, signal?: AbortSignal): Promise<RemoteFile> {
  return retrying(url, options, signal, async (attempt) => {
    const response = await attempt.request({ headers: { Range: 'bytes=0-0' } });
    await response.body?.cancel();
    const ranges = response.status === 206;
    // Of an empty file, no byte can be asked for.
    const size = response.status === 416 ? 0 : ranges ? totalOf(response) : lengthOf(response);
    if (size !== undefined || !ranges) return { url, size, ranges, version: versionOf(response) };
    // Across origins Content-Range may be hidden; Content-Length never is.
    const head = await attempt.request({ method: 'HEAD' });
    return { url, size: lengthOf(head), ranges, version: versionOf(response) };
  });
}

/**
 * Bytes [start, end) of a file in order, `end` undefined for the rest of it. A cut connection is taken up where it broke;
 * a server without ranges is read from the beginning again and what is known is skipped.
 * Throws StorageError 'network' when tries run out or the file changes on the server meanwhile.
 */
export async function* streamFile(
  file: RemoteFile,
  start: number,
  end: number | undefined,
  options: HttpOptions = {},
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const last = end ?? file.size;
  if (last !== undefined && start >= last) return;
  const { attempts = 5 } = options;
  let position = start;
  let failures = 0;
  for (;;) {
    throwIfAborted(signal);
    const attempt = new Attempt(file.url, options, signal);
    try {
      const body = await openAt(file, position, last, attempt);
      let skip = body.skip;
      for (;;) {
        const chunk = await attempt.watch(body.reader.read());
        if (chunk.done) break;
        const fresh = chunk.value.subarray(Math.min(skip, chunk.value.length));
        skip -= chunk.value.length - fresh.length;
        const wanted = last === undefined ? fresh : fresh.subarray(0, last - position);
        if (wanted.length === 0) continue;
        position += wanted.length;
        failures = 0;
        yield wanted;
        if (position === last) return;
      }
      if (last === undefined) return;
      throw new Error(`the connection ended at byte ${position} of ${last}`);
    } catch (error) {
      failures++;
      if (signal?.aborted) throw abortedError(signal.reason);
      if (error instanceof ModelFileError || error instanceof StorageError) throw error;
      if (failures >= attempts) throw networkError(file.url, `after ${attempts} tries, at byte ${position}`, error);
    } finally {
      attempt.end();
    }
    await delay(backoff(options, failures), signal);
  }
}

/** Sends the request for [position, end) and tells how many bytes of the answer come before it. */
async function openAt(
  file: RemoteFile,
  position: number,
  end: number | undefined,
  attempt: Attempt,
): Promise<{ reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>; skip: number }> {
  const partial = file.ranges && (position > 0 || end !== file.size);
  const range = `bytes=${position}-${end === undefined ? '' : end - 1}`;
  // If-Range would need the server's permission across origins; comparing its version of the file needs none.
  const response = await attempt.request(partial ? { headers: { Range: range } } : {});
  const version = versionOf(response);
  if (file.version !== undefined && version !== undefined && version !== file.version) {
    await response.body?.cancel();
    throw new StorageError({
      code: 'network',
      happened: `${file.url} changed on the server while it was read (${file.version} became ${version}).`,
      expected: 'A file stays the same until it is read.',
      todo: 'Load it again from the beginning.',
    });
  }
  if (response.body === null) throw new Error('the answer has no body');
  const started = startOf(response);
  if (response.status === 206 && started !== undefined && started !== position) {
    await response.body.cancel();
    throw new Error(`the server sent bytes from ${started} on where ${position} was asked for`);
  }
  return { reader: response.body.getReader(), skip: response.status === 206 ? 0 : position };
}

/** One try: its own abort, which also fires when nothing happens for too long. */
class Attempt {
  private readonly controller = new AbortController();
  private readonly signals: AbortSignal;
  private readonly url: string;
  private readonly options: HttpOptions;

  constructor(url: string, options: HttpOptions, signal: AbortSignal | undefined) {
    this.url = url;
    this.options = options;
    this.signals = signal ? AbortSignal.any([signal, this.controller.signal]) : this.controller.signal;
  }

  /** Waits for a promise of this try, at most `stallMs`. */
  async watch<T>(work: Promise<T>): Promise<T> {
    const { stallMs = 30_000 } = this.options;
    const timer = setTimeout(() => this.controller.abort(new Error(`no byte came for ${stallMs} ms`)), stallMs);
    try {
      return await work;
    } finally {
      clearTimeout(timer);
    }
  }

  /** A response with a good status; throws ModelFileError for a missing file, a plain Error for what is worth another try. */
  async request(init: RequestInit): Promise<Response> {
    const { fetch = globalThis.fetch } = this.options;
    // The stored copy is ours; the browser's own cache would only keep it a second time.
    const response = await this.watch(fetch(this.url, { ...init, cache: 'no-store', signal: this.signals }));
    if (response.ok || response.status === 416) return response;
    await response.body?.cancel();
    const status = `${response.status} ${response.statusText}`.trim();
    if (response.status === 404 || response.status === 410) {
      throw new ModelFileError({
        code: 'model-not-found',
        happened: `There is no file at ${this.url} (${status}).`,
        expected: 'The URL of a GGUF file was expected.',
        todo: 'Check the URL.',
      });
    }
    const again = response.status >= 500 || response.status === 408 || response.status === 429;
    if (again) throw new Error(`the server answered ${status}`);
    throw networkError(
      this.url,
      `the server answered ${status}`,
      undefined,
      'Check the URL and whether it may be read without signing in, or download the file by hand.',
    );
  }

  /** Closes the connection. */
  end(): void {
    this.controller.abort(new Error('finished'));
  }
}

/** Runs a short exchange again while it fails for reasons that may pass. */
async function retrying<T>(
  url: string,
  options: HttpOptions,
  signal: AbortSignal | undefined,
  work: (attempt: Attempt) => Promise<T>,
): Promise<T> {
  const { attempts = 5 } = options;
  for (let failures = 1; ; failures++) {
    throwIfAborted(signal);
    const attempt = new Attempt(url, options, signal);
    try {
      return await work(attempt);
    } catch (error) {
      if (signal?.aborted) throw abortedError(signal.reason);
      if (error instanceof ModelFileError || error instanceof StorageError) throw error;
      if (failures >= attempts) throw networkError(url, `after ${attempts} tries`, error);
    } finally {
      attempt.end();
    }
    await delay(backoff(options, failures), signal);
  }
}

/** The error of a server that does not answer as it should; `when` says what was tried. */
export function networkError(
  url: string,
  when: string,
  cause: unknown,
  todo = 'Check the connection and the URL, and try again.',
): StorageError {
  const reason = cause instanceof Error ? `: ${cause.message}` : '';
  return new StorageError({
    code: 'network',
    happened: `${url} could not be read (${when}${reason}).`,
    expected: 'The server sends the file, and allows this page to read it.',
    todo,
    cause,
  });
}

const backoff = ({ retryDelayMs = 500 }: HttpOptions, failures: number): number =>
  Math.min(retryDelayMs * 2 ** (failures - 1), 10_000);

function delay(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(abortedError(signal?.reason));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

const versionOf = ({ headers }: Response): string | undefined =>
  headers.get('ETag') ?? headers.get('Last-Modified') ?? undefined;

/** Content-Length of an answer whose bytes are the file's own. */
function lengthOf({ headers }: Response): number | undefined {
  const packed = headers.get('Content-Encoding');
  const length = headers.get('Content-Length');
  return length === null || (packed !== null && packed !== 'identity') ? undefined : safe(length);
}

/** The file's length from "bytes 0-0/123". */
const totalOf = ({ headers }: Response): number | undefined =>
  safe(/\/(\d+)$/.exec(headers.get('Content-Range') ?? '')?.[1]);

const startOf = ({ headers }: Response): number | undefined =>
  safe(/^bytes (\d+)-/.exec(headers.get('Content-Range') ?? '')?.[1]);

const safe = (digits: string | undefined): number | undefined => {
  const value = Number(digits);
  return digits !== undefined && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
};
