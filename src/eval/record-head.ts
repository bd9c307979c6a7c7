import type { Engine } from '../core/api.ts';
import { runtimeOf } from '../engine/engine.ts';
import { VERSION } from '../engine/version.ts';
import type { BenchHost } from '../bench/bench-host.ts';
import type { RecordHead } from './eval-record.ts';

/** What a saved evaluation says of when and where it was done; known before anything is evaluated. */
export async function recordHead(engine: Engine, host: Pick<BenchHost, 'environment'>): Promise<RecordHead> {
  const { adapter, featuresDisabled } = await engine.report();
  return {
    format: 'winnow-eval',
    formatVersion: 1,
    date: new Date().toISOString(),
    environment: {
      version: VERSION,
      ...host.environment,
      adapter,
      software: runtimeOf(engine).gpu.software,
      featuresDisabled,
    },
  };
}
