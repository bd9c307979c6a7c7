/** Opens a stored file in a Worker, where sync access handles write it. */

import { openStored, type StoreOptions } from '../../src/weights/storage.ts';
import { fakeGguf, fakeServer, type FakeFaults } from '../support/fake-server.ts';

export interface WorkerTask {
  readonly url: string;
  readonly length: number;
  readonly seed: number;
  readonly faults: FakeFaults;
  readonly options: Pick<StoreOptions, 'sha256' | 'bytes' | 'attempts' | 'retryDelayMs'>;
}

export interface WorkerAnswer {
  readonly code: string;
  readonly reused: boolean;
  readonly fallback: string | undefined;
  readonly bytes: Uint8Array | undefined;
  readonly requests: readonly string[];
}

// Tests check that this really is the path with sync access handles.
const syncHandles = 'createSyncAccessHandle' in FileSystemFileHandle.prototype;

globalThis.addEventListener('message', async ({ data }: MessageEvent<WorkerTask>) => {
  const server = fakeServer(fakeGguf(data.length, data.seed), data.faults);
  let answer: WorkerAnswer;
  try {
    const { source, reused, fallback } = await openStored(data.url, { ...data.options, fetch: server.fetch });
    const bytes = await source.read(0, source.size);
    answer = {
      code: syncHandles ? 'ok' : 'no sync access handles',
      reused,
      fallback,
      bytes,
      requests: server.requests,
    };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    answer = { code, reused: false, fallback: undefined, bytes: undefined, requests: server.requests };
  }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a Worker's has none
  globalThis.postMessage(answer);
});
