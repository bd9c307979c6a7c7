// ONNX Runtime in a page: its WebGPU backend, or WebAssembly on the CPU.
import { cacheOnGpu, ortRunner } from './ort-loop.mjs';

export async function load({ packages, backend, onnx, network, threads }) {
  const folder = new URL(`${packages}/onnxruntime-web/dist/`, location.href).href;
  const ort = await import(`${folder}${backend === 'webgpu' ? 'ort.webgpu.min.mjs' : 'ort.wasm.min.mjs'}`);
  ort.env.wasm.wasmPaths = folder;
  ort.env.wasm.numThreads = threads;
  ort.env.logLevel = 'error';
  const session = await ort.InferenceSession.create(onnx, {
    executionProviders: [backend],
    graphOptimizationLevel: 'all',
    ...(backend === 'webgpu' && cacheOnGpu(network.layers)),
  });
  return { run: ortRunner(ort, session, network), adapter: backend === 'webgpu' ? await adapterOf(ort) : undefined };
}

async function adapterOf(ort) {
  const { vendor, architecture, description } = (await ort.env.webgpu.device).adapterInfo;
  return [vendor, architecture, description].filter(Boolean).join(' ');
}
