import { DraftCounts } from './draft-counts.ts';
import { Residency, type Cut, type RowRange } from './residency.ts';
import { cutRule, type LayerHeads, type Phase, type SequenceMethods } from './sequence-methods.ts';

/** What a conversation holds of the cache: a sequence of the step state, and pages of every layer. Empty until it first runs. */
export class Lease {
  readonly methods: SequenceMethods;
  sequence: number | undefined;
  /** Its pages in each layer, in the order of the slots they hold. */
  readonly pages: readonly number[][];
  /** In use by a run: it may not be taken away. */
  busy = false;
  /** When it was last used, for taking the longest idle one away. */
  lastUsed = 0;
  /** The most bytes its pages have had. */
  peakBytes = 0;
  /** How often it had to be computed again from the start, because what eviction dropped cannot be brought back. */
  restarts = 0;
  /** The phase for which its methods stand in the step state. */
  phase: Phase | undefined;
  /** The GPU went on past what is kept, and may have noted down or evicted something in those steps. */
  overrun = false;
  /** Its numbers went out of range: nothing of what is cached may be used again. */
  spoiled = false;
  /** What became of the drafts of its answers. */
  readonly drafts = new DraftCounts();
  readonly #config: LayerHeads;
  #residency: Residency;

  constructor(methods: SequenceMethods, config: LayerHeads) {
    this.methods = methods;
    this.#config = config;
    this.pages = config.layers.map(() => []);
    this.#residency = this.#empty();
  }

  /** How many slots it holds, and when they are cut. */
  get residency(): Residency {
    return this.#residency;
  }

  /** Tokens whose keys and values were computed, evicted ones included. */
  get length(): number {
    return this.#residency.tokens;
  }

  /** Slots that some head would hold with the first `kept` tokens kept, and `length` tokens in all. */
  mostWith(kept: number, length: number): number {
    return kept < this.#residency.mostTokens || this.overrun
      ? length
      : this.#residency.mostAfter(Math.max(0, length - this.#residency.mostTokens));
  }

  /** Told of a step in flight; see `Residency`. */
  expect(rows: RowRange, cut: Cut): void {
    this.#residency.expect(rows, cut);
  }

  /** Told how many rows the oldest step in flight has added: nothing else makes it longer. Returns whether it was cut. */
  commit(rows: number): boolean {
    return this.#residency.commit(rows);
  }

  /**
   * Keeps only the first `length` tokens. Where slots were evicted, or tokens noted down, that are to be taken back, nothing
   * is kept: it is computed again from the start, so that no trace of them is left.
   */
  lower(length: number): void {
    if (this.spoiled) {
      this.empty();
      return;
    }
    const back = this.length - length;
    if (back === 0 && !this.overrun) return;
    this.overrun = false;
    const { cache } = this.methods;
    if (cache && this.length > 0 && (this.#residency.evicted || cache.policy.observes)) {
      this.restarts++;
      this.empty();
    } else this.#residency.rollBack(back);
  }

  /** Forgets what was computed. */
  empty(): void {
    this.overrun = false;
    this.spoiled = false;
    this.#residency = this.#empty();
  }

  #empty(): Residency {
    return new Residency(this.#config.layers.length, cutRule(this.methods, this.#config));
  }
}
