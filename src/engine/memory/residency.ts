import { invariant } from '../../core/invariant.ts';

/** How eviction cuts a sequence; the same numbers stand in the step state, where the GPU acts on them. */
export interface CutRule {
  /** Slots of a KV head that each layer keeps. */
  readonly budgets: readonly number[];
  /** A layer is cut once its heads hold budget + every slots. */
  readonly every: number;
  /** The most slots that one head of a layer may end up with, as a multiple of its budget: above 1 where heads compete. */
  readonly spread: number;
}

/** Rows that a step adds to a sequence: one number where they are known beforehand, else known once the step is read. */
export interface RowRange {
  readonly least: number;
  readonly most: number;
}

/** Rows that are known beforehand. */
export const exactly = (rows: number): RowRange => ({ least: rows, most: rows });

/** Layers with the same budget always hold the same number of slots. */
interface Group {
  readonly budget: number;
  readonly layers: readonly number[];
  slots: number;
}

/** When a step cuts: never, where a layer is full, or wherever more than the budget is held. */
export type Cut = 'never' | 'due' | 'now';

/** A step that was submitted and is not read yet. */
interface Expected {
  readonly rows: RowRange;
  readonly cut: Cut;
}

/**
 * How many slots a sequence holds in each layer, a KV head on average. Which slots go is decided on the GPU; how many go,
 * and when, follows from the rows that each step commits. What is not read yet counts with the most that it may commit.
 */
export class Residency {
  /** Tokens whose keys and values were computed. */
  tokens = 0;
  /** How often some layer was cut, and after how many tokens it last was. */
  cuts = 0;
  lastCutAt: number | undefined;
  readonly #rule: CutRule | undefined;
  readonly #layers: number;
  readonly #groups: readonly Group[];
  /** Steps in flight, the oldest first. */
  readonly #expected: Expected[] = [];

  constructor(layers: number, rule?: CutRule) {
    this.#layers = layers;
    this.#rule = rule;
    const all = Array.from({ length: layers }, (_, layer) => layer);
    const budgets = rule ? [...new Set(rule.budgets)] : [Number.POSITIVE_INFINITY];
    this.#groups = budgets.map((budget) => ({
      budget,
      layers: rule ? all.filter((layer) => rule.budgets[layer] === budget) : all,
      slots: 0,
    }));
  }

  get rule(): CutRule | undefined {
    return this.#rule;
  }

  /** Steps in flight. */
  get inFlight(): number {
    return this.#expected.length;
  }

  /** Tokens once everything in flight is read, at most. */
  get mostTokens(): number {
    return this.#expected.reduce((sum, { rows }) => sum + rows.most, this.tokens);
  }

  /** Whether some slot was evicted: the lengths that the GPU knows are no longer the number of tokens. */
  get evicted(): boolean {
    return this.#groups.some(({ slots }) => slots < this.tokens);
  }

  /** Slots of each layer, a KV head on average. */
  get layerSlots(): number[] {
    const slots = Array<number>(this.#layers).fill(0);
    for (const group of this.#groups) for (const layer of group.layers) slots[layer] = group.slots;
    return slots;
  }

  /** Slots a KV head holds, on average over the layers. */
  get meanSlots(): number {
    return this.#groups.reduce((sum, { slots, layers }) => sum + slots * layers.length, 0) / this.#layers;
  }

  /** Slots that were evicted from every layer, where all have the same budget. */
  get closed(): number {
    return this.tokens - this.#groups[0]!.slots;
  }

  /** Slots that some head may hold once `rows` more are appended behind what is in flight. */
  mostAfter(rows: number): number {
    const more = this.mostTokens - this.tokens + rows;
    return Math.max(...this.#groups.map((group) => this.#bound(group, group.slots + more)));
  }

  /** Slots to have room for in each layer so that `rows` more fit: appended all at once, or one at a time with cuts between. */
  room(rows: number, cut: Cut): number[] {
    const more = this.mostTokens - this.tokens + rows;
    const room = Array<number>(this.#layers).fill(0);
    for (const group of this.#groups) {
      const { budget, slots, layers } = group;
      const all = slots + more;
      const most =
        cut === 'never' || !this.#rule
          ? all
          : Math.min(all, Math.max(slots + 1, budget + (cut === 'now' ? 1 : this.#rule.every)));
      for (const layer of layers) room[layer] = this.#bound(group, most);
    }
    return room;
  }

  /** Whether each of the next `steps` steps behind those in flight may cut some layer; nothing changes. */
  cutsIn(steps: number, rows: RowRange, cut: Cut): boolean[] {
    const more = Array.from({ length: steps }, (): Expected => ({ rows, cut }));
    const ranges = this.#groups.map(({ slots }) => exactly(slots));
    const all = [...this.#expected, ...more].map((step) => {
      let any = false;
      this.#groups.forEach((group, i) => {
        const { range, cuts } = this.#after(group, ranges[i]!, step);
        ranges[i] = range;
        any ||= cuts;
      });
      return any;
    });
    return all.slice(this.#expected.length);
  }

  /** Told of a step that was submitted. */
  expect(rows: RowRange, cut: Cut): void {
    this.#expected.push({ rows, cut });
  }

  /**
   * Told how many rows the oldest step in flight has added: within its range, or 0 where the sequence was done or its rows
   * are no longer wanted. Returns whether some layer was cut.
   */
  commit(rows: number): boolean {
    const step = this.#expected.shift();
    invariant(
      step && (rows === 0 || (rows >= step.rows.least && rows <= step.rows.most)),
      () => `${rows} rows were committed, ${step ? `${step.rows.least} to ${step.rows.most}` : 'none'} expected`,
    );
    this.tokens += rows;
    let any = false;
    for (const group of this.#groups) {
      const { range, cuts } = this.#after(group, exactly(group.slots), { rows: exactly(rows), cut: step.cut });
      group.slots = range.most;
      any ||= cuts;
    }
    if (any) {
      this.cuts++;
      this.lastCutAt = this.tokens;
    }
    return any;
  }

  /** Takes the newest `rows` rows back; none of them may have come before a cut. */
  rollBack(rows: number): void {
    invariant(this.inFlight === 0, () => 'rows were taken back under steps in flight');
    this.tokens -= rows;
    for (const group of this.#groups) group.slots -= rows;
  }

  /** The slots of a group behind a step, and whether it may be cut in it. */
  #after({ budget }: Group, slots: RowRange, { rows, cut }: Expected): { range: RowRange; cuts: boolean } {
    const range = { least: slots.least + rows.least, most: slots.most + rows.most };
    if (cut === 'never' || !this.#rule) return { range, cuts: false };
    const full = budget + (cut === 'now' ? 1 : this.#rule.every);
    if (range.most < full) return { range, cuts: false };
    if (range.least >= full) return { range: exactly(budget), cuts: true };
    return { range: { least: Math.min(range.least, budget), most: Math.max(budget, full - 1) }, cuts: true };
  }

  /** A head may hold more than the average where heads compete. */
  #bound({ budget }: Group, slots: number): number {
    if (!this.#rule || this.#rule.spread === 1 || !this.evicted) return slots;
    return Math.min(this.tokens + Math.max(0, slots), Math.ceil(budget * (this.#rule.spread - 1)) + slots);
  }
}
