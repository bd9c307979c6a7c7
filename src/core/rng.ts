/**
 * Philox4x32-10 (Salmon et al., SC'11; https://www.thesalmons.org/john/random123/): four random words that depend
 * only on a counter and a key, so a draw never depends on how many were made before.
 * @param counter 4 words @param key 2 words @returns 4 words
 */
export function philox4x32(counter: readonly number[], key: readonly number[]): [number, number, number, number] {
  let [c0, c1, c2, c3] = counter.map((word) => word >>> 0) as [number, number, number, number];
  let [k0, k1] = key.map((word) => word >>> 0) as [number, number];
  for (let round = 0; round < 10; round++) {
    const p0 = BigInt(c0) * 0xd2511f53n;
    const p1 = BigInt(c2) * 0xcd9e8d57n;
    const [high0, low0] = [Number(p0 >> 32n), Number(p0 & 0xffffffffn)];
    const [high1, low1] = [Number(p1 >> 32n), Number(p1 & 0xffffffffn)];
    [c0, c1, c2, c3] = [(high1 ^ c1 ^ k0) >>> 0, low1, (high0 ^ c3 ^ k1) >>> 0, low0];
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** A random word as a number strictly inside (0, 1), exact in f32. */
export const toUnit = (word: number): number => ((word >>> 9) + 0.5) * 2 ** -23;

/** A seeded stream of numbers for tests, autotuning data and default seeds. */
export class Random {
  readonly #seed: number;
  #index = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Uniform in (0, 1). */
  next(): number {
    return toUnit(this.word());
  }

  /** 32 random bits. */
  word(): number {
    return philox4x32([this.#index++, 0, 0, 0], [this.#seed, 0])[0];
  }

  /** An integer from 0 to `bound` - 1. */
  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  /** Standard normal (Box-Muller). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(this.next())) * Math.cos(2 * Math.PI * this.next());
  }
}
