// Greedy generation with Winnow, the same in Node and in a page.

/** @param {import('../../../src/core/api.ts').Engine} engine */
export function winnowRunner(engine) {
  return async (prompt, decode) => {
    const start = performance.now();
    const generation = engine.generate(prompt, { maxTokens: decode + 1, temperature: 0, ignoreEos: true });
    let first;
    let last = start;
    for await (const _ of generation) {
      last = performance.now();
      first ??= last;
    }
    const { ids, cachedTokens } = await generation.result;
    if (cachedTokens !== 0) throw new Error(`${cachedTokens} tokens of the prompt were already in the cache`);
    return { prefillMs: first - start, decodeMs: last - first, ids: [...ids] };
  };
}

/** The adapter in words, and what was chosen on it. */
export async function describeWinnow(engine) {
  const { adapter, precision, featuresUsed } = await engine.report();
  const { vendor, architecture, description } = adapter;
  return {
    adapter: [vendor, architecture, description].filter(Boolean).join(' '),
    notes: `activations ${precision.activations}, cache ${precision.cache}, features: ${featuresUsed.join(', ') || 'none'}`,
  };
}
