/** A `fetch` that serves one file from memory, with the faults of real networks. Runs anywhere, a Worker included. */

import { writeGguf } from './gguf-writer.ts';

export interface FakeFaults {
  noRanges?: boolean;
  /** Sends neither Content-Length nor a total. */
  hideSize?: boolean;
  /** A part comes without Content-Range, as across origins, or with `*` for its total. */
  rangeHead?: 'hidden' | 'star';
  /** Every request with a range is answered so: by 416, or by bytes that cannot be unpacked. */
  rangeAnswer?: 416 | 'garbled';
  /** The first answers have these statuses. */
  statuses?: number[];
  /** Sent with these statuses. */
  retryAfter?: string;
  /** So many first answers are a web page with the status 200. */
  pages?: number;
  /** Each answer breaks after so many bytes of its body; of the first `cuts` that are as long. Default all. */
  cutAfter?: number;
  cuts?: number;
  /** Each answer ends without an error after so many bytes of its body; of the first `ends` that are as long. Default all. */
  endAfter?: number;
  ends?: number;
  /** Each answer hangs after so many bytes of its body, until it is aborted. */
  hangAfter?: number;
  /** One byte comes every so many milliseconds. */
  dripMs?: number;
  etag?: string;
  /** From this request on (counted from 0) another content is served. */
  replaced?: { readonly from: number; readonly content: Uint8Array<ArrayBuffer>; readonly etag?: string };
  /** Whole files are sent with a Content-Length that is not theirs, as packed ones are across origins. */
  packedLength?: number;
  /** The fetch itself fails. */
  refused?: Error;
}

export interface FakeServer {
  readonly fetch: typeof fetch;
  /** The Range headers seen, '' where there was none. */
  readonly requests: string[];
  readonly faults: FakeFaults;
}

const CHUNK = 10_000;
const PAGE = new TextEncoder().encode('<!doctype html><html><body><h1>Sign in to this network</h1></body></html>\n');

/** Serves `content` at every URL. */
export function fakeServer(content: Uint8Array<ArrayBuffer>, faults: FakeFaults = {}): FakeServer {
  const requests: string[] = [];
  const answer = async (_url: unknown, init?: RequestInit): Promise<Response> => {
    const range = new Headers(init?.headers).get('Range') ?? '';
    const count = requests.push(range) - 1;
    if (faults.refused) throw faults.refused;
    const status = faults.statuses?.shift();
    if (status !== undefined && status !== 200)
      return new Response(null, { status, headers: faults.retryAfter ? { 'Retry-After': faults.retryAfter } : {} });
    if ((faults.pages ?? 0) > 0) {
      faults.pages!--;
      return new Response(PAGE, { headers: { 'Content-Type': 'text/html; charset=utf-8' } });
    }
    const isNew = faults.replaced !== undefined && count >= faults.replaced.from;
    const bytes = isNew ? faults.replaced!.content : content;
    const etag = isNew ? faults.replaced!.etag : faults.etag;
    const match = faults.noRanges ? null : /^bytes=(\d+)-(\d*)$/.exec(range);
    const from = match ? Number(match[1]) : 0;
    const to = match?.[2] ? Math.min(Number(match[2]) + 1, bytes.length) : bytes.length;
    if (match && (faults.rangeAnswer === 416 || from >= bytes.length))
      return new Response(null, { status: 416, headers: { 'Content-Range': `bytes */${bytes.length}` } });
    if (match && faults.rangeAnswer === 'garbled') throw new TypeError('content decoding failed');
    const headers = new Headers(etag ? { ETag: etag } : {});
    if (!faults.hideSize) {
      headers.set('Content-Length', String(match ? to - from : (faults.packedLength ?? to - from)));
      const total = faults.rangeHead === 'star' ? '*' : bytes.length;
      if (match && faults.rangeHead !== 'hidden') headers.set('Content-Range', `bytes ${from}-${to - 1}/${total}`);
    }
    const cut = to - from > (faults.cutAfter ?? Infinity) && (faults.cuts ?? 1) > 0;
    if (cut && faults.cuts !== undefined) faults.cuts--;
    const ends = to - from > (faults.endAfter ?? Infinity) && (faults.ends ?? 1) > 0;
    if (ends && faults.ends !== undefined) faults.ends--;
    const stop = ends ? from + faults.endAfter! : to;
    let at = from;
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull: (controller) =>
        new Promise<void>((resolve, reject) => {
          const { signal } = init ?? {};
          if (signal?.aborted) return reject(signal.reason);
          if (at - from >= (faults.hangAfter ?? Infinity))
            return signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
          if (cut && at - from >= faults.cutAfter!) return reject(new TypeError('connection lost'));
          const most = faults.dripMs !== undefined ? 1 : Math.min(CHUNK, cut ? faults.cutAfter! : CHUNK);
          const end = Math.min(at + most, stop);
          const send = () => {
            if (signal?.aborted) return reject(signal.reason);
            if (at < end) controller.enqueue(bytes.slice(at, end));
            at = end;
            if (at === stop) controller.close();
            return resolve();
          };
          return faults.dripMs !== undefined ? void setTimeout(send, faults.dripMs) : send();
        }),
    });
    return new Response(body, { status: match ? 206 : 200, headers });
  };
  return { fetch: answer, requests, faults };
}

/** Test content: the same bytes for the same seed. */
export const fakeContent = (length: number, seed = 0): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8) * 7 + seed) & 255);

/** A sound GGUF file of this length, with one tensor; the same bytes for the same seed. `length` is a multiple of 32, 128 or more. */
export function fakeGguf(length: number, seed = 0): Uint8Array<ArrayBuffer> {
  const make = (bytes: number) =>
    writeGguf({
      metadata: { seed: { u32: seed } },
      tensors: { t: { type: 'F32', shape: [bytes / 4], bytes: fakeContent(bytes, seed) } },
    });
  return make(length - make(0).length);
}
