/** One try of a request: its connection, its watch over time, and what the status of the answer means. */

import { ModelFileError } from '../core/errors.ts';
import { AnsweredError, BusyError, networkError, RedirectFault, shown } from './http-fault.ts';
import { retryAfterOf } from './http-headers.ts';

export interface HttpOptions {
  /** Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** Tries that bring next to nothing before giving up. Default 5. */
  readonly attempts?: number;
  /** Wait before the second try, in milliseconds; it doubles with each, up to eight times as long. Default 500. */
  readonly retryDelayMs?: number;
  /** A connection that brings no byte for so long, in milliseconds, counts as cut. Default 30000. */
  readonly stallMs?: number;
  /** A connection that brings fewer bytes a second over `stallMs` counts as cut. Default 1024. */
  readonly leastRate?: number;
}

/** One try: its own abort, which also fires when too little happens for too long. */
export class Attempt {
  readonly #controller = new AbortController();
  readonly #signals: AbortSignal;
  readonly #url: string;
  readonly #options: HttpOptions;
  /** Of the present watch: what was waited, in milliseconds, and what came meanwhile, in bytes. */
  #waited = 0;
  #came = 0;

  constructor(url: string, options: HttpOptions, signal: AbortSignal | undefined) {
    this.#url = url;
    this.#options = options;
    this.#signals = signal ? AbortSignal.any([signal, this.#controller.signal]) : this.#controller.signal;
  }

  /** Waits for a promise of this try. Time in which nobody waits does not count. */
  async #watch<T>(work: Promise<T>): Promise<T> {
    const { stallMs = 30_000, leastRate = 1024 } = this.#options;
    let began = performance.now();
    let timer: ReturnType<typeof setTimeout>;
    const stop = (): void => {
      const why = this.#came === 0 ? 'no byte' : `only ${this.#came} bytes`;
      this.#controller.abort(new Error(`${why} came for ${stallMs} ms`));
    };
    const next = (): void => {
      if (this.#came === 0 || this.#came < (leastRate * stallMs) / 1000) return stop();
      this.#came = 0;
      this.#waited = 0;
      began = performance.now();
      timer = setTimeout(stop, stallMs);
    };
    timer = setTimeout(next, Math.max(0, stallMs - this.#waited));
    try {
      return await work;
    } finally {
      clearTimeout(timer);
      this.#waited += performance.now() - began;
    }
  }

  /** The next piece of a body; undefined at its end. */
  async read(
    reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const { done, value } = await this.#watch(reader.read());
    this.#came += value?.length ?? 0;
    return done ? undefined : value;
  }

  /** The first bytes of a body, at least `least` where it has so many, or all there is; then its connection is closed. */
  async head(response: Response, least: number): Promise<Uint8Array> {
    const reader = response.body?.getReader();
    let bytes = new Uint8Array();
    if (reader === undefined) return bytes;
    while (bytes.length < least) {
      // oxlint-disable-next-line no-await-in-loop -- one piece after the other
      const chunk = await this.read(reader);
      if (chunk === undefined) break;
      const both = new Uint8Array(bytes.length + chunk.length);
      both.set(bytes);
      both.set(chunk, bytes.length);
      bytes = both;
    }
    await reader.cancel().catch(() => undefined);
    return bytes;
  }

  /**
   * An answer with the status 200, 206 or 416.
   * @throws ModelFileError for a missing file, StorageError for what no other try changes, another Error for what may pass
   */
  async request(headers: Record<string, string> = {}): Promise<Response> {
    const response = await this.#fetch({ headers }).catch(async (error: unknown) => {
      // A header may be what was refused: only a plain request tells about the server.
      throw (Object.keys(headers).length === 0 ? await this.#explain() : undefined) ?? error;
    });
    const { status } = response;
    if (status === 200 || status === 206 || status === 416) return response;
    await response.body?.cancel();
    const text = `${status} ${response.statusText}`.trim();
    if (status === 404 || status === 410) {
      throw new ModelFileError({
        code: 'model-not-found',
        happened: `There is no file at ${shown(this.#url)} (${text}).`,
        expected: 'The URL of a GGUF file was expected.',
        todo: 'Check the URL.',
      });
    }
    const asked = retryAfterOf(response);
    if (status === 429 || (status === 503 && asked !== undefined))
      throw new BusyError(
        `the server answered ${text}${asked === undefined ? '' : ` and asks to wait ${Math.ceil(asked / 1000)} s`}`,
        asked,
      );
    if (status >= 500 || status === 408 || status === 425) throw new AnsweredError(`the server answered ${text}`);
    throw networkError(
      this.#url,
      `the server answered ${text}${response.ok ? ', which brings no file' : ''}`,
      undefined,
      'Check the URL and whether it may be read without signing in, or download the file by hand.',
    );
  }

  #fetch(init: RequestInit): Promise<Response> {
    const { fetch = globalThis.fetch } = this.#options;
    // The stored copy is ours; the browser's own cache would only keep it a second time.
    const work = async () => fetch(this.#url, { ...init, cache: 'no-store', signal: this.#signals });
    return this.#watch(work());
  }

  /** Why a browser's fetch failed, which it does not tell: what answers without its rules, it refused for them. */
  async #explain(): Promise<Error | undefined> {
    const origin = globalThis.location?.origin;
    if (origin === undefined || this.#signals.aborted) return undefined;
    const answers = async (init: RequestInit): Promise<Response | undefined> => {
      const response = await this.#fetch(init).catch(() => undefined);
      await response?.body?.cancel().catch(() => undefined);
      return response;
    };
    if (new URL(this.#url).origin !== origin && (await answers({ mode: 'no-cors' })) !== undefined)
      return networkError(
        this.#url,
        'its server answers, but does not allow this page to read it (CORS)',
        undefined,
        'Have the server send Access-Control-Allow-Origin, or download the file and open it from the disk.',
      );
    const answer = await answers({ redirect: 'manual' });
    return answer?.type === 'opaqueredirect'
      ? new RedirectFault('the server redirects to an address that could not be read')
      : undefined;
  }

  /** Closes the connection. */
  end(): void {
    this.#controller.abort(new Error('finished'));
  }
}
