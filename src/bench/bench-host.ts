import type { Engine, EngineOptions } from '../core/api.ts';
import { checkValue, expected, isObject } from '../core/check-options.ts';
import type { BenchEnvironment } from './bench-result.ts';

/** What differs between a page's Worker and Node, given to the benchmark. */
export interface BenchHost {
  /** Where adapters come from: `navigator.gpu`, or what the package `webgpu` creates. */
  provider(options: Pick<EngineOptions, 'adapter'>): Promise<GPU | undefined>;
  /** An engine of this thread: one behind a Worker cannot be looked into. */
  createEngine(options: EngineOptions): Promise<Engine>;
  readonly environment: Pick<BenchEnvironment, 'commit' | 'runtime' | 'platform'>;
  /** Bytes of JavaScript's heap and array buffers; null where that is not told. */
  memory(): Promise<number | null>;
}

const aHost = expected(
  'A BenchHost: where adapters and engines come from.',
  (value) => isObject(value) && 'createEngine' in value,
);

/** Checks that a host was given. @throws UsageError 'usage-option' */
export const checkHost = (host: unknown): void => checkValue('host', host, aHost);
