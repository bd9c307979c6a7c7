import type { TuningStore } from './tuning-store.ts';

const CACHE = 'winnow-tuning';
/** Cache Storage wants a URL; this one is reserved never to exist (RFC 2606). */
const KEY = 'https://winnow.invalid/tuning.json';

/** A store in the browser's Cache Storage, which pages and Workers both have; nothing is kept where it is missing or full. */
export const cacheStorageStore: TuningStore = {
  async read() {
    const cache = await globalThis.caches?.open(CACHE);
    return (await cache?.match(KEY))?.text();
  },
  async write(text) {
    const cache = await globalThis.caches?.open(CACHE);
    await cache?.put(KEY, new Response(text));
  },
};
