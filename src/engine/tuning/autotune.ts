import type { Gpu } from '../../gpu/device.ts';
import { adapterKey, readChoices, writeChoices, type TuningStore } from './tuning-store.ts';

/** Something that can be done in several ways, of which the fastest is to be found. */
export interface Tunable {
  /** 'gate-up 3072x576 Q4_1': under this it is kept and reported. */
  readonly key: string;
  /** The ways, the one to use unmeasured first. */
  readonly candidates: readonly string[];
  /** Its part of a step's work, for its share of the time. */
  readonly work: number;
  /** Times the candidates until `deadline` (as performance.now()). */
  measure(gpu: Gpu, deadline: number): Promise<Measurement>;
}

export interface Measurement {
  /** Index of the candidate to use. */
  readonly winner: number;
  /** Candidates that were timed. */
  readonly tried: number;
  /** Time of the first candidate over the winner's. */
  readonly gain: number;
  /** Whether every candidate had its turn. */
  readonly complete: boolean;
}

/** How one thing is done, and how that was chosen. */
export interface TuningChoice {
  readonly shape: string;
  readonly kernels: string;
  /** Candidates that were timed in this load. */
  readonly tried: number;
  readonly gain: number;
}

export interface TuningTable {
  /** Index of the chosen candidate of a tunable; 0 for one that was not among them. */
  indexOf(key: string): number;
  /** 'table': this adapter has stored choices only; 'off': asked not to measure; 'kept': measured in an earlier load. */
  readonly source: 'table' | 'off' | 'kept' | 'measured';
  readonly choices: readonly TuningChoice[];
  readonly milliseconds: number;
  /** False when the time was up before every candidate had its turn. */
  readonly complete: boolean;
}

export interface AutotuneOptions {
  readonly gpu: Gpu;
  readonly tunables: readonly Tunable[];
  readonly enabled: boolean;
  readonly store: TuningStore | undefined;
  /** Milliseconds for everything. */
  readonly timeBox?: number;
}

/** About as long as a visitor does not mind waiting once. */
const TIME_BOX_MS = 1000;

/**
 * Chooses between candidates: what an earlier load measured on this adapter is taken, the rest is measured within a time
 * box, what costs most first. A candidate that was not reached leaves the first one in place, and is reached at the next load.
 */
export async function autotune({
  gpu,
  tunables,
  enabled,
  store,
  timeBox = TIME_BOX_MS,
}: AutotuneOptions): Promise<TuningTable> {
  const started = performance.now();
  const unique = [...new Map(tunables.map((tunable) => [tunable.key, tunable])).values()];
  const chosen = new Map(unique.map(({ key }) => [key, 0]));
  const measured = new Map<string, Measurement>();
  const table = (source: TuningTable['source'], complete = true): TuningTable => ({
    indexOf: (key) => chosen.get(key) ?? 0,
    source,
    choices: unique.map(({ key, candidates }) => ({
      shape: key,
      kernels: candidates[chosen.get(key)!]!,
      tried: measured.get(key)?.tried ?? 0,
      gain: measured.get(key)?.gain ?? 1,
    })),
    milliseconds: performance.now() - started,
    complete,
  });
  const open = unique.filter(({ candidates }) => candidates.length > 1);
  if (open.length === 0) return table('table');
  if (!enabled) return table('off');

  const adapter = adapterKey(gpu);
  const kept = store ? await readChoices(store, adapter) : {};
  const unknown = open.filter(({ key, candidates }) => {
    const index = candidates.indexOf(kept[key] ?? '');
    if (index >= 0) chosen.set(key, index);
    return index < 0;
  });
  if (unknown.length === 0) return table('kept');

  const ordered = unknown.toSorted((a, b) => b.work - a.work);
  const deadline = started + timeBox;
  for (const [i, tunable] of ordered.entries()) {
    const now = performance.now();
    if (now >= deadline) break;
    // oxlint-disable-next-line no-await-in-loop -- timings must not share the GPU
    const result = await tunable.measure(gpu, now + (deadline - now) / (ordered.length - i));
    chosen.set(tunable.key, result.winner);
    measured.set(tunable.key, result);
  }
  const finished = ordered.filter(({ key }) => measured.get(key)?.complete);
  if (store && finished.length > 0) {
    const choices = Object.fromEntries(
      finished.map(({ key, candidates }) => [key, candidates[chosen.get(key)!]!] as const),
    );
    // Not keeping them costs the next load a second, nothing else.
    await writeChoices(store, adapter, { ...kept, ...choices }).catch(() => {});
  }
  return table('measured', finished.length === ordered.length);
}
