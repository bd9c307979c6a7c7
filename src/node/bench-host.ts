import { createRequire } from 'node:module';
import type { BenchHost } from '../bench/bench-host.ts';
import type { Engine, EngineOptions } from '../core/api.ts';
import { createEngineIn } from '../engine/engine.ts';
import { nodeEnvironment } from './node-environment.ts';

/** What the benchmark needs of Node. The commit is that of the variable WINNOW_COMMIT, which a clone's scripts set. */
export function nodeBenchHost(): BenchHost {
  const commit = process.env['WINNOW_COMMIT'];
  return {
    provider: (options) => nodeEnvironment.provider(options),
    createEngine: (options: EngineOptions): Promise<Engine> => createEngineIn(nodeEnvironment, options),
    environment: {
      ...(commit && { commit }),
      runtime: `Node ${process.versions.node}, webgpu ${dawnVersion()}`,
      platform: `${process.platform} ${process.arch}`,
    },
    memory: async () => {
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    },
  };
}

/** The version of the optional package `webgpu`, if it tells one. */
function dawnVersion(): string {
  try {
    return (createRequire(import.meta.url)('webgpu/package.json') as { version: string }).version;
  } catch {
    return 'of unknown version';
  }
}
