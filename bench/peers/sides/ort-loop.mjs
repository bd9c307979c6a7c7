// Greedy generation with ONNX Runtime, the same in Node and in a page: keys and values stay where the backend made them.

/**
 * @param {typeof import('onnxruntime-common')} ort
 * @param {import('onnxruntime-common').InferenceSession} session of a graph that convert/llama-onnx.ts made
 * @param {{ layers: number, kvHeads: number, headDim: number }} network
 */
export function ortRunner(ort, session, { layers, kvHeads, headDim }) {
  const names = Array.from({ length: layers }, (_, layer) =>
    ['key', 'value'].map((part) => [`past_key_values.${layer}.${part}`, `present.${layer}.${part}`]),
  ).flat();

  const empty = () =>
    Object.fromEntries(
      names.map(([past]) => [past, new ort.Tensor('float32', new Float32Array(0), [1, kvHeads, 0, headDim])]),
    );
  const free = (cache) => {
    for (const tensor of Object.values(cache)) if (tensor.location === 'gpu-buffer') tensor.dispose();
  };

  /** One forward pass over `ids` after `past` positions; frees the old cache. */
  async function step(ids, past, cache) {
    const rows = ids.length;
    const outputs = await session.run({
      input_ids: new ort.Tensor('int64', BigInt64Array.from(ids, BigInt), [1, rows]),
      last_positions: new ort.Tensor('int32', Int32Array.of(past + rows - 1), [1]),
      total_length: new ort.Tensor('int32', Int32Array.of(past + rows), []),
      ...cache,
    });
    const id = largest(await outputs.logits.getData());
    free(cache);
    return { id, cache: Object.fromEntries(names.map(([from, to]) => [from, outputs[to]])) };
  }

  return async (prompt, decode) => {
    const start = performance.now();
    let { id, cache } = await step(prompt, 0, empty());
    const prefillMs = performance.now() - start;
    const ids = [id];
    const decodeStart = performance.now();
    while (ids.length <= decode) {
      ({ id, cache } = await step([id], prompt.length + ids.length - 1, cache));
      ids.push(id);
    }
    const decodeMs = performance.now() - decodeStart;
    free(cache);
    return { prefillMs, decodeMs, ids };
  };
}

/** Session options that keep the cache on the GPU. */
export const cacheOnGpu = (layers) => ({
  preferredOutputLocation: Object.fromEntries(
    Array.from({ length: layers }, (_, layer) =>
      ['key', 'value'].map((part) => [`present.${layer}.${part}`, 'gpu-buffer']),
    ).flat(),
  ),
});

function largest(logits) {
  let best = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i] > logits[best]) best = i;
  return best;
}
