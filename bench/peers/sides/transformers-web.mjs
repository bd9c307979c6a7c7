// transformers.js in a page, with the ONNX Runtime that it depends on.

export async function load({ packages, backend, modelsFolder, modelName, threads }) {
  const { AutoModelForCausalLM, Tensor, env } = await import(
    `${packages}/@huggingface/transformers/dist/transformers.web.js`
  );
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.localModelPath = modelsFolder;
  env.useBrowserCache = false;
  env.useWasmCache = false;
  env.backends.onnx.wasm.wasmPaths = new URL(`${packages}/onnxruntime-web/dist/`, location.href).href;
  env.backends.onnx.wasm.numThreads = threads;
  const model = await AutoModelForCausalLM.from_pretrained(modelName, { device: backend, dtype: 'q4' });

  const run = async (prompt, decode) => {
    const times = [];
    const start = performance.now();
    const output = await model.generate({
      inputs: new Tensor('int64', BigInt64Array.from(prompt, BigInt), [1, prompt.length]),
      attention_mask: new Tensor('int64', new BigInt64Array(prompt.length).fill(1n), [1, prompt.length]),
      max_new_tokens: decode + 1,
      min_new_tokens: decode + 1,
      do_sample: false,
      // The first call hands over the prompt itself.
      streamer: { put: () => times.push(performance.now()), end() {} },
    });
    const [, first] = times;
    return {
      prefillMs: first - start,
      decodeMs: times.at(-1) - first,
      ids: [...output.data].slice(prompt.length).map(Number),
    };
  };
  return { run };
}
