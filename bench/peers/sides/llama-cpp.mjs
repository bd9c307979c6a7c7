// llama.cpp in Node, as node-llama-cpp ships it: its Vulkan backend, or the CPU.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export async function load({ packages, backend, gguf, context, threads }) {
  const entry = createRequire(join(packages, 'package.json')).resolve('node-llama-cpp');
  const { getLlama } = await import(pathToFileURL(entry).href);
  const llama = await getLlama({
    gpu: backend === 'vulkan' ? 'vulkan' : false,
    build: 'never',
    skipDownload: true,
    progressLogs: false,
    logLevel: 'error',
    maxThreads: threads,
  });
  if (backend === 'vulkan' && llama.gpu !== 'vulkan') throw new Error('llama.cpp found no Vulkan device that it takes');
  const model = await llama.loadModel({
    modelPath: gguf,
    gpuLayers: backend === 'vulkan' ? 'max' : 0,
    ignoreMemorySafetyChecks: true,
  });
  const llamaContext = await model.createContext({
    contextSize: context,
    batchSize: 512,
    threads,
    ignoreMemorySafetyChecks: true,
  });
  const sequence = llamaContext.getSequence();

  const run = async (prompt, decode) => {
    await sequence.clearHistory();
    const ids = [];
    const start = performance.now();
    let first = start;
    for await (const id of sequence.evaluate(prompt, { temperature: 0, yieldEogToken: true })) {
      if (ids.length === 0) first = performance.now();
      ids.push(id);
      if (ids.length > decode) break;
    }
    return { prefillMs: first - start, decodeMs: performance.now() - first, ids };
  };
  return { run, adapter: backend === 'vulkan' ? (await llama.getGpuDeviceNames()).join(', ') : undefined };
}
