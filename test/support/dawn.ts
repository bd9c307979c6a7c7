import { create, globals } from 'webgpu';
import { dawnOptions } from '../../scripts/find-gpu.mjs';
import { calmSetImmediate } from './calm-polling.ts';
import { countCompiling, reportCompiling } from './count-compiling.ts';

// Gives Node what a page has: the WebGPU classes and `navigator.gpu`. Once per process, since test files share it.
if (!globalThis.navigator?.gpu) {
  globalThis.setImmediate = calmSetImmediate(globalThis.setImmediate, globalThis.setTimeout);
  Object.assign(globalThis, globals);
  if (!globalThis.navigator) Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true }); // Node 20 has none.
  const gpu = create(dawnOptions);
  Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
  countCompiling();
}
reportCompiling();
