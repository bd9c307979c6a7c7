/** The benchmark as the page and the command run it: one path. */

import { checkObject } from '../core/check-options.ts';
import { throwIfAborted, UsageError } from '../core/errors.ts';
import type { EngineOptions } from '../core/api.ts';
import { VERSION } from '../engine/version.ts';
import type { Gpu } from '../gpu/device.ts';
import { requestGpu } from '../gpu/request.ts';
import { checkHost, type BenchHost } from './bench-host.ts';
import type { BenchProgress, BenchResult, BenchSettings, KernelResult } from './bench-result.ts';
import { runKernelBench } from './kernel-bench.ts';
import { runModelBench } from './model-bench.ts';
import { PassTimer } from './pass-timer.ts';
import { measureRoofs, prepareRoofs, type RoofProbe } from './roofs.ts';
import { checkSettings, DEFAULT_SETTINGS, SOFTWARE_SETTINGS } from './settings.ts';

export interface BenchOptions {
  readonly host: BenchHost;
  /** The model and how its engine is made; without it no model is measured. The adapter and what is disabled hold for all parts. */
  readonly engine?: Omit<EngineOptions, 'onProgress' | 'signal' | 'device'> | undefined;
  /** For kernels alone. */
  readonly adapter?: Pick<EngineOptions, 'adapter' | 'disable'> | undefined;
  /** What is left out is chosen for the adapter: short runs where it computes on the CPU. */
  readonly settings?: Partial<BenchSettings>;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: BenchProgress) => void;
  /** Told of what is finished so far, each time that a part or a kernel is done; kept by who aborts. */
  readonly onPartial?: (result: BenchResult) => void;
}

/**
 * Measures the roofs, then the model and the kernels that are asked for. The model comes first, so that its start is
 * cold. Everything is given back, also after an abort or a failure.
 * @throws UsageError, CapabilityError, MemoryError, ModelFileError, DeviceLostError, AbortedError
 */
export async function runBench(options: BenchOptions): Promise<BenchResult> {
  checkObject(options);
  const { host, engine, adapter, settings: asked = {}, signal, onProgress, onPartial } = options;
  checkHost(host);
  throwIfAborted(signal);
  const where = engine ?? adapter ?? {};
  const gpu = await requestGpu({
    provider: await host.provider(where),
    adapter: where.adapter,
    disable: where.disable,
    signal,
  });
  try {
    const settings = checkSettings({
      ...(gpu.software ? SOFTWARE_SETTINGS : DEFAULT_SETTINGS),
      ...(engine ? {} : { parts: ['kernels'] }),
      ...asked,
    });
    return await measureAll(settings);
  } finally {
    gpu.dispose();
  }

  async function measureAll(settings: BenchSettings): Promise<BenchResult> {
    let result: BenchResult = {
      format: 'winnow-bench',
      formatVersion: 1,
      date: new Date().toISOString(),
      environment: environmentOf(host, gpu),
      settings,
    };
    const add = (part: Partial<BenchResult>): void => {
      result = { ...result, ...part };
      onPartial?.(result);
    };
    const shared = { signal, ...(onProgress && { onProgress }) };
    if (settings.parts.includes('model')) {
      if (!engine)
        throw new UsageError({
          code: 'usage-option',
          happened: 'The model is to be measured, but none is named.',
          expected: 'A model, or kernels alone.',
          todo: 'Name a model.',
        });
      add({ model: await runModelBench(host, { engine, settings, ...shared }) });
    }
    const timer = new PassTimer(gpu, signal);
    let probe: RoofProbe | undefined;
    try {
      onProgress?.({ stage: 'roofs', label: 'what the adapter itself can do', done: 0, total: 1 });
      probe = await prepareRoofs(gpu);
      const roofs = await measureRoofs(timer, probe, Math.max(5, settings.runs));
      add({ roofs });
      if (settings.parts.includes('kernels')) {
        const kernels: KernelResult[] = [];
        await runKernelBench(gpu, {
          timer,
          probe,
          filter: settings.kernels,
          rounds: settings.runs,
          ...shared,
          onResult: (kernel) => {
            kernels.push(kernel);
            add({ kernels: [...kernels] });
          },
        });
        add({ kernels });
      }
    } finally {
      probe?.dispose();
      timer.dispose();
    }
    return result;
  }
}

function environmentOf({ environment }: BenchHost, gpu: Gpu): BenchResult['environment'] {
  const { vendor, architecture, device, description } = gpu.info;
  return {
    version: VERSION,
    ...environment,
    adapter: { vendor, architecture, device, description, features: [...gpu.device.features].toSorted() },
    software: gpu.software,
    featuresDisabled: gpu.disabled,
  };
}
