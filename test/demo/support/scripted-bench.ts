/**
 * A stand-in for the benchmark in tests of the page alone: the same interface, no GPU. A word in the filter of kernels
 * chooses how the run goes: "slow" stays in its middle until it is aborted, "lost" loses the device there, "wrong" finds
 * a wrong kernel, "software" is an adapter that computes on the CPU. A model called "missing.gguf" is not there.
 */

import type { BenchOptions } from '../../../src/bench/run-bench.ts';
import type { BenchResult } from '../../../src/bench/bench-result.ts';
import { abortedError, DeviceLostError, ModelFileError } from '../../../src/core/errors.ts';
import { benchFixture } from './bench-fixture.ts';

export type * from '../../../src/bench/bench-result.ts';
export type { BenchHost } from '../../../src/bench/bench-host.ts';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export async function runBench(options: BenchOptions): Promise<BenchResult> {
  const { host, engine, adapter, settings = {}, signal, onProgress, onPartial } = options;
  const scenario = settings.kernels ?? '';
  const file = typeof engine?.model === 'string' ? engine.model : '';
  const aborted = (): boolean => signal?.aborted ?? false;
  const whole = benchFixture({ settings, software: scenario.includes('software'), wrong: scenario.includes('wrong') });
  const {
    model,
    roofs,
    kernels = [],
    ...head
  } = {
    ...whole,
    environment: {
      ...whole.environment,
      ...host.environment,
      featuresDisabled: (engine ?? adapter)?.disable ?? [],
    },
  };
  let result: BenchResult = head;
  const add = (part: Partial<BenchResult>): void => {
    result = { ...result, ...part };
    onPartial?.(result);
  };
  if (model) {
    if (file.endsWith('missing.gguf')) throw missing(file);
    onProgress?.({ stage: 'load', label: 'download', done: 49e6, total: 98e6 });
    await pause(30);
    onProgress?.({ stage: 'model', label: 'decode after 1,024 tokens, run 2', done: 9, total: 43 });
    await pause(30);
    add({ model: { ...model, memory: { ...model.memory, javascript: await host.memory() } } });
  }
  onProgress?.({ stage: 'roofs', label: 'what the adapter itself can do', done: 0, total: 1 });
  await pause(10);
  if (roofs) add({ roofs });
  for (const [index, kernel] of kernels.entries()) {
    onProgress?.({ stage: 'kernels', label: `${kernel.kernel}, ${kernel.shape}`, done: index, total: kernels.length });
    add({ kernels: kernels.slice(0, index + 1) });
    if (index < 5) continue;
    while (scenario.includes('slow') && !aborted()) await pause(10);
    if (aborted()) throw abortedError(signal?.reason);
    if (scenario.includes('lost')) throw deviceLost();
  }
  return result;
}

const missing = (model: string): ModelFileError =>
  new ModelFileError({
    code: 'model-not-found',
    happened: `There is no file at ${model} (status 404).`,
    expected: 'The address leads to a GGUF file.',
    todo: 'Check the address, or choose another model.',
  });

const deviceLost = (): DeviceLostError =>
  new DeviceLostError({
    code: 'device-lost',
    happened: 'The GPU device was lost: its driver was reset.',
    expected: 'The device stays while it is measured.',
    todo: 'Run the benchmark again.',
  });
