/** A `fetch` that serves one file from memory, with the faults of real networks. Runs anywhere, a Worker included. */

export interface FakeFaults {
  noRanges?: boolean;
  /** Sends neither Content-Length nor a total. */
  hideSize?: boolean;
  /** Each answer breaks after so many bytes of its body. */
  cutAfter?: number;
  /** Each answer hangs after so many bytes of its body, until it is aborted. */
  hangAfter?: number;
  etag?: string;
}

export interface FakeServer {
  readonly fetch: typeof fetch;
  /** The Range headers seen, '' where there was none. */
  readonly requests: string[];
  readonly faults: FakeFaults;
}

const CHUNK = 10_000;

/** Serves `content` at every URL. */
export function fakeServer(content: Uint8Array<ArrayBuffer>, faults: FakeFaults = {}): FakeServer {
  const requests: string[] = [];
  const answer = async (_url: unknown, init?: RequestInit): Promise<Response> => {
    const range = new Headers(init?.headers).get('Range') ?? '';
    requests.push(range);
    const match = faults.noRanges ? null : /^bytes=(\d+)-(\d*)$/.exec(range);
    const from = match ? Number(match[1]) : 0;
    const to = match?.[2] ? Math.min(Number(match[2]) + 1, content.length) : content.length;
    const headers = new Headers(faults.etag ? { ETag: faults.etag } : {});
    if (!faults.hideSize) {
      headers.set('Content-Length', String(to - from));
      if (match) headers.set('Content-Range', `bytes ${from}-${to - 1}/${content.length}`);
    }
    let at = from;
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull: (controller) =>
        new Promise<void>((resolve, reject) => {
          const abort = () => reject(init?.signal?.reason);
          if (init?.signal?.aborted) return abort();
          init?.signal?.addEventListener('abort', abort, { once: true });
          if (at - from >= (faults.hangAfter ?? Infinity)) return undefined;
          if (at - from >= (faults.cutAfter ?? Infinity)) return reject(new TypeError('connection lost'));
          const end = Math.min(at + CHUNK, to);
          if (at < end) controller.enqueue(content.slice(at, end));
          at = end;
          if (at === to) controller.close();
          return resolve();
        }),
    });
    return new Response(body, { status: match ? 206 : 200, headers });
  };
  return { fetch: answer, requests, faults };
}

/** Test content: the same bytes for the same seed. */
export const fakeContent = (length: number, seed = 0): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8) * 7 + seed) & 255);
