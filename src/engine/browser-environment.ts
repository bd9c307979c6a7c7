import { blobSource } from '../weights/byte-source.ts';
import { findModel, type ManifestModel } from '../weights/manifest.ts';
import { openStored } from '../weights/storage.ts';
import type { Environment } from './engine.ts';
import { cacheStorageStore } from './tuning/cache-storage-store.ts';

/** Models from files the visitor chose, or from URLs, which are kept in OPFS. */
export const browserEnvironment: Environment = {
  async provider() {
    return globalThis.navigator?.gpu;
  },
  async open({ model, signal }, onProgress) {
    if (model instanceof Blob)
      return { source: blobSource(model), entry: findModel('name' in model ? String(model.name) : ''), fallbacks: [] };
    const entry = findModel(String(model));
    const url = entry && String(model) === entry.name ? urlOf(entry) : String(model);
    const { source, fallback, replaced, gguf } = await openStored(url, {
      ...(entry && { sha256: entry.sha256, bytes: entry.bytes }),
      ...(signal && { signal }),
      onProgress,
    });
    return { source, entry, gguf, fallbacks: [fallback, replaced].filter((text) => text !== undefined) };
  },
  tuningStore: cacheStorageStore,
};

const urlOf = ({ sources, name }: ManifestModel): string => {
  const source = sources.find(({ kind }) => kind === 'url');
  if (source?.kind !== 'url') throw new Error(`The manifest has no URL for ${name}`);
  return source.url;
};
