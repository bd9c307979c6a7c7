import { checkInteger } from './method-options.ts';
import type { AttentionMask } from './selection.ts';

/**
 * Shows only the `window` newest tokens, the row's own among them.
 * @throws UsageError when `window` is no integer of at least 1.
 */
export function slidingWindow({ window }: { readonly window: number }): AttentionMask {
  checkInteger('slidingWindow', 'window', window, 1);
  return { name: 'sliding-window', window, sinks: 0, parameters: { window } };
}

/**
 * Shows the first `sinks` tokens and the `window` newest, the row's own among them (A-shape heads: MInference, Jiang et al.
 * 2024, arXiv 2407.02490; attention sinks: StreamingLLM, Xiao et al. 2023, arXiv 2309.17453).
 * @throws UsageError when a number is no integer, `window` is below 1 or `sinks` below 0.
 */
export function aShape({ sinks = 4, window }: { readonly sinks?: number; readonly window: number }): AttentionMask {
  checkInteger('aShape', 'window', window, 1);
  checkInteger('aShape', 'sinks', sinks, 0);
  return { name: 'a-shape', window, sinks, parameters: { sinks, window } };
}
