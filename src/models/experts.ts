import type { Routing } from './blocks/experts-mlp.ts';
import { MAX_EXPERTS } from '../kernels/moe/route.ts';
import { configError, type MetadataReader } from './metadata-reader.ts';

/** Keys of experts, beside those of all decoders. */
export const EXPERT_KEYS: readonly string[] = ['expert_feed_forward_length', 'expert_weights_scale'];

/** How a family's rows choose; the rest is in its files. */
export type RoutingStyle = Pick<Routing, 'gate' | 'renormalised'>;

/** The experts of a file, or undefined where it has none. `style`: how its family chooses; undefined: it has no experts. */
export function readRouting(meta: MetadataReader, style: RoutingStyle | undefined): Routing | undefined {
  const experts = meta.optionalCount('expert_count', 2 ** 16) ?? 0;
  if (experts === 0) return undefined;
  if (style === undefined)
    throw configError(`The model is a mixture of ${experts} experts.`, 'Of this family only dense models can be run.');
  if (experts > MAX_EXPERTS || experts % 2 !== 0)
    throw configError(`The model has ${experts} experts.`, `An even number of at most ${MAX_EXPERTS} was expected.`);
  return {
    ...style,
    experts,
    used: meta.count('expert_used_count', experts),
    factor: meta.optionalNumber('expert_weights_scale') || 1,
  };
}
