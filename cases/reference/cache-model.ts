import type { SettingValues } from '../../src/core/settings.ts';
import { sortKey, topOf } from './radix-select.ts';

/** A cached slot: where RoPE and masks see it, what a policy observed about it, and what is stored (keys, values). */
export interface ModelSlot<T> {
  readonly place: number;
  readonly mass: number;
  readonly content: T;
}

/** One layer of a sequence: per KV head its slots, as they lie. */
export type ModelHeads<T> = readonly (readonly ModelSlot<T>[])[];

/** What a policy's score may look at. */
export interface ScoreContext<T> {
  readonly heads: ModelHeads<T>;
  /** Index of the head and of the slot. */
  readonly head: number;
  readonly slot: number;
  /** The highest place that is cached. */
  readonly newest: number;
  readonly recent: number;
  /** What the policy is set to. */
  readonly values: SettingValues;
  readonly seed: number;
  readonly layer: number;
}

export type ModelScore = <T>(context: ScoreContext<T>) => number;

/** How a layer of a sequence is cut, as the step state and the dispatch say it. */
export interface ModelCut {
  readonly budget: number;
  readonly every: number;
  readonly sinks: number;
  readonly recent: number;
  readonly values: SettingValues;
  readonly floor: number;
  readonly seed: number;
  readonly layer: number;
  readonly scope: 'head' | 'layer' | 'joint';
  readonly score: ModelScore;
}

const RECENT = 0xffffffff;
const SINK = 0xfffffffe;
const FLOOR = 0xfffffffd;

interface Candidate {
  readonly head: number;
  readonly slot: number;
  readonly key: number;
  readonly order: number;
}

/** The layer after the cut; the same object where none is due. Slots that stay keep their place unless they fill a hole. */
export function evictModel<T>(heads: ModelHeads<T>, cut: ModelCut): ModelHeads<T> {
  const { budget, every, scope } = cut;
  const sets = scope === 'joint' ? heads.length : 1;
  if (scope === 'head') {
    const after = heads.map((_, head) => cutTogether(heads, [head], 1, cut));
    return after.every((kept) => kept === undefined)
      ? heads
      : heads.map((slots, head) => compact(slots, after[head]?.[0]));
  }
  const together = scope === 'layer' ? [0] : [...heads.keys()];
  const kept = cutTogether(heads, together, sets, { ...cut, budget, every });
  if (!kept) return heads;
  return heads.map((slots, head) => compact(slots, kept[scope === 'layer' ? 0 : head]));
}

/** Of each of the heads the slots that stay; undefined where no cut is due. */
function cutTogether<T>(
  heads: ModelHeads<T>,
  group: readonly number[],
  sets: number,
  cut: ModelCut,
): ReadonlySet<number>[] | undefined {
  const total = group.reduce((sum, head) => sum + heads[head]!.length, 0);
  const excess = total - sets * cut.budget;
  if (excess < sets * Math.max(1, cut.every)) return undefined;
  const newest = Math.max(...group.flatMap((head) => heads[head]!.map(({ place }) => place)));
  const candidates = group.flatMap((head) =>
    heads[head]!.map(({ place }, slot): Candidate => {
      const order = place * heads.length + head;
      if (newest - place < cut.recent) return { head, slot, key: RECENT, order: 2 ** 32 - order };
      if (place < cut.sinks) return { head, slot, key: SINK, order };
      return { head, slot, key: sortKey(cut.score({ ...cut, heads, head, slot, newest })), order };
    }),
  );
  const floorSlots = sets > 1 ? Math.floor(Math.fround(Math.fround(cut.floor) * cut.budget)) : 0;
  const certain = new Set(
    group.flatMap((head) =>
      topOf(
        candidates.filter((item) => item.head === head),
        floorSlots,
      ),
    ),
  );
  const ranked = candidates.map((item) => (certain.has(item) ? { ...item, key: Math.max(item.key, FLOOR) } : item));
  const chosen = topOf(ranked, sets * cut.budget);
  return group.map((head) => new Set(chosen.filter((item) => item.head === head).map(({ slot }) => slot)));
}

/** The i-th hole below the new length takes the i-th slot that stays above it. */
function compact<T>(slots: readonly ModelSlot<T>[], kept: ReadonlySet<number> | undefined): readonly ModelSlot<T>[] {
  if (!kept) return slots;
  const fillers = [...kept].filter((slot) => slot >= kept.size).toSorted((a, b) => a - b);
  return Array.from({ length: kept.size }, (_, slot) => slots[kept.has(slot) ? slot : fillers.shift()!]!);
}
