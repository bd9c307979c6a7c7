// ONNX Runtime in Node: its WebGPU backend (Dawn inside), or the CPU.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { cacheOnGpu, ortRunner } from './ort-loop.mjs';

export async function load({ packages, backend, onnx, network, threads }) {
  const ort = createRequire(join(packages, 'package.json'))('onnxruntime-node');
  const session = await ort.InferenceSession.create(onnx, {
    executionProviders: [backend],
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    ...(backend === 'webgpu' ? cacheOnGpu(network.layers) : { intraOpNumThreads: threads }),
  });
  return { run: ortRunner(ort, session, network) };
}
