/** How eviction cuts a sequence; the same numbers stand in the step state, where the GPU acts on them. */
export interface CutRule {
  /** Slots of a KV head that each layer keeps. */
  readonly budgets: readonly number[];
  /** A layer is cut once its heads hold budget + every slots. */
  readonly every: number;
  /** The most slots that one head of a layer may end up with, as a multiple of its budget: above 1 where heads compete. */
  readonly spread: number;
}

/** Layers with the same budget always hold the same number of slots. */
interface Group {
  readonly budget: number;
  readonly layers: readonly number[];
  slots: number;
}

/** When a step cuts: never, where a layer is full, or wherever more than the budget is held. */
export type Cut = 'never' | 'due' | 'now';

/**
 * How many slots a sequence holds in each layer, a KV head on average. Which slots go is decided on the GPU; how many go,
 * and when, follows from the numbers alone, so that nothing is read back.
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

  /** Whether some slot was evicted: the lengths that the GPU knows are no longer the number of tokens. */
  get evicted(): boolean {
    return this.#groups.some(({ slots }) => slots < this.tokens);
  }

  /** Slots a KV head holds, and those it has lost, on average over the layers. */
  get meanSlots(): number {
    return this.#groups.reduce((sum, { slots, layers }) => sum + slots * layers.length, 0) / this.#layers;
  }

  /** Slots that were evicted from every layer, where all have the same budget. */
  get closed(): number {
    return this.tokens - this.#groups[0]!.slots;
  }

  /** Slots that some head may hold once `rows` more are appended. */
  mostAfter(rows: number): number {
    return Math.max(...this.#groups.map((group) => this.#bound(group, group.slots + rows)));
  }

  /** Slots to have room for in each layer so that `rows` more fit: appended all at once, or one at a time with cuts between. */
  room(rows: number, cut: Cut): number[] {
    const room = Array<number>(this.#layers).fill(0);
    for (const group of this.#groups) {
      const { budget, slots, layers } = group;
      const all = slots + rows;
      const most =
        cut === 'never' || !this.#rule
          ? all
          : Math.min(all, Math.max(slots + 1, budget + (cut === 'now' ? 1 : this.#rule.every)));
      for (const layer of layers) room[layer] = this.#bound(group, most);
    }
    return room;
  }

  /** Appends rows, then cuts. Returns whether some layer was cut. */
  append(rows: number, cut: Cut): boolean {
    this.tokens += rows;
    let any = false;
    for (const group of this.#groups) {
      group.slots += rows;
      if (!this.#isCut(group, group.slots, cut)) continue;
      group.slots = group.budget;
      any = true;
    }
    if (any) {
      this.cuts++;
      this.lastCutAt = this.tokens;
    }
    return any;
  }

  /** Whether each of the next `steps` steps, of one row each, cuts some layer; nothing changes. */
  dueIn(steps: number): boolean[] {
    const slots = this.#groups.map((group) => group.slots);
    return Array.from({ length: steps }, () => {
      let any = false;
      this.#groups.forEach((group, i) => {
        slots[i]!++;
        if (!this.#isCut(group, slots[i]!, 'due')) return;
        slots[i] = group.budget;
        any = true;
      });
      return any;
    });
  }

  /** Takes the newest `rows` rows back; none of them may have come before a cut. */
  rollBack(rows: number): void {
    this.tokens -= rows;
    for (const group of this.#groups) group.slots -= rows;
  }

  #isCut({ budget }: Group, slots: number, cut: Cut): boolean {
    if (cut === 'never' || !this.#rule) return false;
    return cut === 'now' ? slots > budget : slots >= budget + this.#rule.every;
  }

  /** A head may hold more than the average where heads compete. */
  #bound({ budget }: Group, slots: number): number {
    if (!this.#rule || this.#rule.spread === 1 || !this.evicted) return slots;
    return Math.min(this.tokens + Math.max(0, slots), Math.ceil(budget * (this.#rule.spread - 1)) + slots);
  }
}
