/** Seeded random numbers for tests: the same seed always gives the same numbers. */

export interface SeededRandom {
  /** Uniform in [0, 1). */
  next(): number;
  /** A uniform integer in [0, below). */
  int(below: number): number;
  /** Standard normal. */
  normal(): number;
}

/** Mulberry32, a 32-bit generator that is good enough for test data. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    int: (below) => Math.floor(next() * below),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  };
}

/** The numbers 0 to `count` - 1 in random order. */
export function shuffled(count: number, draw: SeededRandom): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const other = draw.int(i + 1);
    [order[i], order[other]] = [order[other]!, order[i]!];
  }
  return order;
}
