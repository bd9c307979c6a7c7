/** What an engine would find here, asked before anything is loaded. */

import type { AdapterReport } from '../core/api.ts';
import { aSignal, aText, checkOptions, integerFrom, type OptionTable } from '../core/check-options.ts';
import { WinnowError } from '../core/errors.ts';
import { findAdapter } from '../gpu/adapter.ts';
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
  /** The adapter as it describes itself, undefined where there is none; browsers may hide its names. */
  readonly adapter: AdapterReport | undefined;
  /** Whether the adapter computes on the CPU, which is slow. */
  readonly software: boolean;
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
    const { vendor, architecture, device, description } = found.info;
    return {
      supported: true,
      problem: undefined,
      adapter: { vendor, architecture, device, description, features: [...found.features].toSorted() },
      software: isSoftware(found.info),
      ...rest,
    };
  } catch (error) {
    if (signal?.aborted || !(error instanceof WinnowError)) throw error;
    return {
      supported: false,
      problem: error,
      adapter: undefined,
      software: false,
      ...rest,
    };
  }
}
