// wllama (llama.cpp as WebAssembly) in a page, on the CPU or with llama.cpp's own WebGPU backend. It takes text, not ids.

const ALL_LAYERS = 999;

export async function load({ packages, backend, gguf, context, threads }) {
  const { Wllama } = await import(`${packages}/@wllama/wllama/esm/index.js`);
  const log = [];
  const note = (...parts) => log.push(parts.join(' '));
  const wllama = new Wllama(
    { default: new URL(`${packages}/@wllama/wllama/esm/wasm/wllama.wasm`, location.href).href },
    { logger: { debug: note, log: note, warn: note, error: note } },
  );
  wllama.setCompat(null); // Its compatibility build comes from a CDN.
  const file = await (await fetch(gguf)).blob();
  await wllama.loadModel([new File([file], 'model.gguf')], {
    n_ctx: context,
    n_batch: 512,
    n_threads: threads,
    n_gpu_layers: backend === 'webgpu' ? ALL_LAYERS : 0,
  });
  if (backend === 'webgpu' && !log.some((line) => /offloaded [1-9]\d*\/\d+ layers to GPU/.test(line))) {
    const features = (await navigator.gpu?.requestAdapter())?.features;
    throw new Error(
      `it put no layer on the GPU (the adapter has ${features?.has('shader-f16') ? '' : 'no '}shader-f16)`,
    );
  }

  const run = async (prompt, decode, text) => {
    const pieces = [];
    let timings;
    const stream = await wllama.createCompletion({
      prompt: text,
      max_tokens: decode + 1,
      temperature: 0,
      top_k: 1,
      cache_prompt: false,
      ignore_eos: true,
      stream: true,
      timings_per_token: true,
    });
    for await (const chunk of stream) {
      const piece = chunk.choices?.[0]?.text;
      if (piece !== undefined) pieces.push(piece);
      if (chunk.timings) timings = chunk.timings;
    }
    if (timings?.prompt_n !== prompt.length) {
      throw new Error(`wllama read ${timings?.prompt_n} tokens of a prompt of ${prompt.length}`);
    }
    // It hands over several tokens at once, so llama.cpp's own clock is taken; that begins with the first new token.
    const { prompt_ms: prefillMs, predicted_ms: predictedMs, predicted_n: predicted } = timings;
    return { prefillMs, decodeMs: (predictedMs * decode) / (predicted - 1), text: pieces.join('') };
  };
  return { run };
}
