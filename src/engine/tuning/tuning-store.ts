import type { Gpu } from '../../gpu/device.ts';
import { VERSION } from '../version.ts';

/** Where measured choices are kept between loads: one text, replaced whole. Losing it costs a second. */
export interface TuningStore {
  read(): Promise<string | undefined>;
  write(text: string): Promise<void>;
}

/** Choices of one adapter: matrix or attention shape -> name of the candidate. */
export type TuningChoices = Readonly<Record<string, string>>;

/** Adapters whose choices are kept. */
const MOST_ADAPTERS = 16;

/** What a measured choice holds for: this adapter with these features and limits, this version, this browser or Node. */
export function adapterKey({ info, features, limits }: Gpu): string {
  const { vendor, architecture, device, description } = info;
  const agent = globalThis.navigator?.userAgent ?? '';
  return [
    vendor,
    architecture,
    device,
    description,
    JSON.stringify(features),
    limits.maxComputeWorkgroupStorageSize,
    VERSION,
    agent,
  ].join('|');
}

/** The kept choices of an adapter; none where nothing, or nonsense, is kept. */
export async function readChoices(store: TuningStore, key: string): Promise<TuningChoices> {
  return (await readAll(store))[key] ?? {};
}

/** Keeps the choices of an adapter beside those of others; the oldest adapters go first. */
export async function writeChoices(store: TuningStore, key: string, choices: TuningChoices): Promise<void> {
  const { [key]: _, ...others } = await readAll(store);
  const kept = Object.entries(others).slice(-(MOST_ADAPTERS - 1));
  await store.write(JSON.stringify(Object.fromEntries([...kept, [key, choices]])));
}

/** What is kept came from a file that anything may have written: only texts by text are taken. */
async function readAll(store: TuningStore): Promise<Record<string, TuningChoices>> {
  const text = await store.read().catch(() => undefined);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text ?? '{}');
  } catch {
    return {};
  }
  if (!isRecord(parsed)) return {};
  return Object.fromEntries(
    Object.entries(parsed).filter(
      (entry): entry is [string, TuningChoices] =>
        isRecord(entry[1]) && Object.values(entry[1]).every((value) => typeof value === 'string'),
    ),
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
