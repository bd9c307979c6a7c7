/** What an engine would find here, asked before anything is loaded. */

import { aSignal, aText, checkOptions, integerFrom, type OptionTable } from '../core/check-options.ts';
import { WinnowError } from '../core/errors.ts';
import { adapterName, findAdapter } from '../gpu/adapter.ts';
import { isSoftware } from '../gpu/software.ts';
import { openFolder } from '../weights/store-folder.ts';

export interface SupportOptions {
  /** Text that the adapter's name must contain, as for an engine. */
  readonly adapter?: string;
  readonly signal?: AbortSignal;
  /** How long the GPU's answer is waited for, in milliseconds. Default 60000. */
  readonly answerMs?: number;
}

export interface Support {
  /** Whether an engine can be created. */
  readonly supported: boolean;
  /** Why not: a CapabilityError with what is missing and what to do. */
  readonly problem: WinnowError | undefined;
  /** What the adapter calls itself; browsers may hide it. */
  readonly adapter: string | undefined;
  /** Whether the adapter computes on the CPU, which is slow. */
  readonly software: boolean;
  /** Optional features that make kernels faster or smaller. */
  readonly features: { readonly 'shader-f16': boolean; readonly subgroups: boolean };
  /** Whether models can be kept in this browser, and why not. */
  readonly storage: { readonly kept: boolean; readonly reason: string | undefined };
  /** Whether an engine can run in a Worker. */
  readonly workers: boolean;
}

const OPTIONS: OptionTable<SupportOptions> = {
  adapter: aText,
  signal: aSignal,
  answerMs: integerFrom(1, 2 ** 31 - 1, 'Milliseconds.'),
};

/**
 * Tells whether an engine can run here, and if not, what is missing and why. Nothing is loaded, and no device is taken.
 * Only an abort and wrong options reject. @throws AbortedError, UsageError
 */
export async function checkSupportIn(
  provider: (options: { readonly adapter?: string }) => Promise<GPU | undefined>,
  options: SupportOptions = {},
): Promise<Support> {
  checkOptions(options, OPTIONS);
  const { adapter, signal } = options;
  const folder = await openFolder();
  const rest = {
    storage: { kept: typeof folder !== 'string', reason: typeof folder === 'string' ? folder : undefined },
    workers: typeof Worker !== 'undefined',
  };
  try {
    const found = await findAdapter({ ...options, provider: await provider({ ...(adapter && { adapter }) }) });
    const has = (name: GPUFeatureName): boolean => found.features.has(name);
    return {
      supported: true,
      problem: undefined,
      adapter: adapterName(found.info),
      software: isSoftware(found.info),
      features: { 'shader-f16': has('shader-f16'), subgroups: has('subgroups') },
      ...rest,
    };
  } catch (error) {
    if (signal?.aborted || !(error instanceof WinnowError)) throw error;
    return {
      supported: false,
      problem: error,
      adapter: undefined,
      software: false,
      features: { 'shader-f16': false, subgroups: false },
      ...rest,
    };
  }
}
