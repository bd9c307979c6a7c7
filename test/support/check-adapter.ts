import { describeAdapter, findAdapter } from '../../scripts/find-gpu.mjs';

/**
 * Before the first GPU test: finds the adapter, names it once, and sets the environment that the test processes start with
 * (LD_LIBRARY_PATH counts at a process's start only).
 * @throws when there is no adapter: then the run fails, it never skips
 */
export default function setup(): void {
  const adapter = findAdapter();
  Object.assign(process.env, adapter.env);
  process.stderr.write(`Adapter in Node: ${describeAdapter(adapter)}\n`);
}
