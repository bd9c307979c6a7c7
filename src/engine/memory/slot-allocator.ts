import { invariant } from '../../core/invariant.ts';

/** Hands out numbers from 0 to `size` - 1, lowest first: pages of the cache, sequences of the step state. */
export class SlotAllocator {
  readonly #free: number[] = [];
  #size = 0;

  constructor(size = 0) {
    this.resize(size);
  }

  get free(): number {
    return this.#free.length;
  }

  get size(): number {
    return this.#size;
  }

  get used(): number {
    return this.#size - this.#free.length;
  }

  isTaken(slot: number): boolean {
    return slot < this.#size && !this.#free.includes(slot);
  }

  /** One more than the highest number that is taken. */
  get end(): number {
    let end = this.#size;
    for (let at = this.#free.length - 1; at >= 0 && this.#free[at] === end - 1; at--) end--;
    return end;
  }

  /** Makes room for more, or gives up numbers at the end that are free. */
  resize(size: number): void {
    invariant(size >= this.end, () => `${size} slots of which number ${this.end - 1} is taken`);
    for (let slot = this.#size; slot < size; slot++) this.#free.push(slot);
    while (this.#free.length > 0 && this.#free.at(-1)! >= size) this.#free.pop();
    this.#size = size;
  }

  take(): number {
    invariant(this.#free.length > 0, () => `all ${this.#size} slots are taken`);
    return this.#free.shift()!;
  }

  give(slot: number): void {
    invariant(this.isTaken(slot), () => `slot ${slot} is not taken`);
    this.#free.push(slot);
    this.#free.sort((a, b) => a - b);
  }
}
