/** Numbers from 0 to below 1, always the same ones, from a generator of two instructions: a probe needs 100,000 of them at once. */
export function probeNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    // Numerical Recipes' linear congruential generator; its high bits are good enough for inputs.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
