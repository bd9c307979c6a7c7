// Prints as JSON the WebGPU adapter that this process gets; a process of its own, since the environment counts at its start
// and a broken driver may crash it. Exit status 1: none.
import { create } from 'webgpu';
import { dawnOptions } from './find-gpu.mjs';

const adapter = await create(dawnOptions).requestAdapter({ powerPreference: 'high-performance' });
if (adapter) {
  const { vendor, architecture, description, isFallbackAdapter } = adapter.info;
  const software = isFallbackAdapter || /llvmpipe|swiftshader/i.test(`${architecture} ${description}`);
  process.stdout.write(
    JSON.stringify({ vendor, architecture, description, software, f16: adapter.features.has('shader-f16') }),
  );
}
process.exit(adapter ? 0 : 1);
