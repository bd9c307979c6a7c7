import type { StoredFile } from 'winnow-llm';
import { localAddress, remoteAddresses } from './manifest.ts';
import type { ModelChoice } from './model-choice.ts';

/** Every address that the model's file may be kept under, the preferred one first. */
export function addressesOf(choice: ModelChoice): readonly string[] {
  if (choice.kind === 'known') return [localAddress(choice.model), ...remoteAddresses(choice.model)];
  return choice.kind === 'address' ? [choice.url] : [];
}

/** What this browser keeps of the model: the whole file, or what has arrived of it; undefined when nothing. */
export async function keptFile(choice: ModelChoice): Promise<StoredFile | undefined> {
  const addresses = addressesOf(choice);
  if (addresses.length === 0) return undefined;
  const { listStored } = await import('winnow-llm');
  const kept = (await listStored()).filter(({ url }) => addresses.includes(url));
  return kept.find(({ complete }) => complete) ?? kept[0];
}
