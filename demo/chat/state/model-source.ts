import { keptAddress } from './kept-models.ts';
import { localAddress, remoteAddresses, type KnownModel } from './manifest.ts';
import type { ModelChoice } from './model-choice.ts';

/** What the engine is given, and where that is in words. */
export interface ModelSource {
  readonly model: string | Blob;
  readonly from: string;
}

/** Finds the model's bytes: what this browser keeps, else this server's own copy, else the first address in the manifest. */
export async function findSource(choice: ModelChoice, signal: AbortSignal): Promise<ModelSource> {
  if (choice.kind === 'file') return { model: choice.file, from: 'this device' };
  const kept = keptAddress(choice);
  if (kept) return { model: kept, from: 'this browser’s storage' };
  if (choice.kind === 'address') return { model: choice.url, from: new URL(choice.url).host };
  return knownSource(choice.model, signal);
}

async function knownSource(model: KnownModel, signal: AbortSignal): Promise<ModelSource> {
  const local = localAddress(model);
  if (await isServed(local, model.bytes, signal)) return { model: local, from: 'this server' };
  const [remote] = remoteAddresses(model);
  return remote ? { model: remote, from: new URL(remote).host } : { model: local, from: 'this server' };
}

async function isServed(url: string, bytes: number, signal: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(url, { method: 'HEAD', signal });
    return response.ok && Number(response.headers.get('Content-Length')) === bytes;
  } catch (error) {
    if (signal.aborted) throw error;
    return false;
  }
}
