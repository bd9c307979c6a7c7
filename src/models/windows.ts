import type { LayerConfig } from './model-config.ts';
import { everyNth, type MetadataReader } from './metadata-reader.ts';

/** Keys of windows; the pattern says which layers have one. */
export const WINDOW_KEYS: readonly string[] = ['attention.sliding_window', 'attention.sliding_window_pattern'];

/**
 * Which layers see a window only, and how wide it is, as a query counts: itself and the positions before it.
 * @param every of so many layers the last sees everything, where the file has no pattern; 0: all layers have windows
 */
export function readWindows(meta: MetadataReader, layers: number, every: number): readonly LayerConfig['window'][] {
  const window = meta.optionalCount('attention.sliding_window', 2 ** 31) || undefined;
  const pattern = meta.optionalPattern('attention.sliding_window_pattern', layers) ?? everyNth(every, layers);
  return pattern.map((windowed) => (windowed ? window : undefined));
}
