// Downloads a file over HTTP into a partial file that a later try goes on with.
import { createWriteStream, rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { sizeOf } from './verify.mjs';

const ANSWER_MS = 10_000; // A host that cannot be reached must not hold up the next source.
const SILENCE_MS = 30_000;
const TRIES_WITHOUT_PROGRESS = 3;

/**
 * Fills `part` up to `bytes`; starts after what it already holds, and again after a cut connection as long as bytes arrive.
 * @param {{ onProgress: (loadedBytes: number) => void, retryMs?: number }} options
 * @throws {Error} after three tries in a row that brought nothing, or at once for an answer that another try cannot change
 */
export async function fetchFromUrl(url, part, bytes, { onProgress, retryMs = 1000 }) {
  for (let failures = 0; sizeOf(part) !== bytes;) {
    const before = sizeOf(part);
    try {
      await fetchRest(url, part, bytes, onProgress);
    } catch (error) {
      failures = sizeOf(part) > before ? 1 : failures + 1;
      if (error.final || failures >= TRIES_WITHOUT_PROGRESS || sizeOf(part) === 0) throw error;
      await sleep(retryMs);
    }
  }
}

async function fetchRest(url, part, bytes, onProgress) {
  if (sizeOf(part) > bytes) rmSync(part);
  const start = sizeOf(part);
  const aborter = new AbortController();
  const alarm = (what, ms) => setTimeout(() => aborter.abort(new Error(`no ${what} for ${ms / 1000} s`)), ms);
  let timer = alarm('answer', ANSWER_MS);
  try {
    const response = await fetch(url, {
      signal: aborter.signal,
      headers: { 'accept-encoding': 'identity', ...(start > 0 && { range: `bytes=${start}-` }) },
    });
    const append = accept(response, part, start, bytes);
    let loaded = append ? start : 0;
    const watched = async function* (chunks) {
      for await (const chunk of chunks) {
        clearTimeout(timer);
        timer = alarm('data', SILENCE_MS);
        loaded += chunk.length;
        if (loaded > bytes) throw final(`it sends more than the expected ${bytes} bytes`);
        onProgress(loaded);
        yield chunk;
      }
    };
    await pipeline(Readable.fromWeb(response.body), watched, createWriteStream(part, { flags: append ? 'a' : 'w' }), {
      signal: aborter.signal,
    });
    if (loaded < bytes) throw new Error(`the connection ended after ${loaded} of ${bytes} bytes`);
  } catch (error) {
    if (aborter.signal.aborted) throw aborter.signal.reason;
    throw error.final ? error : new Error(error.cause?.message || error.message, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** Checks the answer's head; true when its body continues the partial file. */
function accept(response, part, start, bytes) {
  if (response.status === 416) {
    rmSync(part, { force: true });
    throw new Error('it refused to go on where the last download stopped');
  }
  if (!response.ok) throw final(`it answered ${response.status} ${response.statusText}`.trim());
  if (response.status !== 206) return false; // The whole file, although a part was asked for.
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '');
  if (!range || Number(range[1]) !== start) throw final(`it answered with another range than asked for`);
  if (range[2] !== '*' && Number(range[2]) !== bytes) throw final(`its file has ${range[2]} bytes instead of ${bytes}`);
  return true;
}

function final(message) {
  return Object.assign(new Error(message), { final: true });
}
