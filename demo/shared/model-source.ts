import { addressesOf, keptFile } from './kept-models.ts';
import { localAddress } from './manifest.ts';
import type { ModelChoice } from './model-choice.ts';

/** What the engine is given, and where that is in words. */
export interface ModelSource {
  readonly model: string | Blob;
  readonly from: string;
}

/** Finds the model's bytes: what this browser keeps, else this server's own copy, else the first address elsewhere. */
export async function findSource(choice: ModelChoice, signal: AbortSignal): Promise<ModelSource> {
  if (choice.kind === 'file') return { model: choice.file, from: 'this device' };
  const kept = await keptFile(choice);
  if (kept?.complete) return { model: kept.url, from: 'this browser’s storage' };

  const local = choice.kind === 'known' ? localAddress(choice.model) : undefined;
  if (choice.kind === 'known' && local && (await isServed(local, choice.model.bytes, signal))) {
    return { model: local, from: 'this server' };
  }
  // A begun download goes on where it began, unless that was this server and it has the file no longer.
  const begun = kept && kept.url !== local ? kept.url : undefined;
  const url = begun ?? addressesOf(choice).find((address) => address !== local) ?? local ?? '';
  return { model: url, from: url === local ? 'this server' : new URL(url).host };
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
