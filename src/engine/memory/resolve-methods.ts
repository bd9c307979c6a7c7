import type { MethodOptions } from '../../core/api.ts';
import { UsageError } from '../../core/errors.ts';
import type { CacheMethod } from '../../cache/evict.ts';
import { attentionOf, cacheMethodOf, checkCombination, isSelection, proposerOf } from '../../methods/index.ts';
import type { ModelConfig } from '../../models/model-config.ts';
import type { SequenceMethods } from './sequence-methods.ts';

/** The word that switches a default of the engine's off. */
const NONE = 'none';

/**
 * What a conversation does to its cache and attention, from its options over the engine's.
 * @throws UsageError 'usage-option' for methods that cannot be read, or make no sense together or with this model
 */
export function resolveMethods(options: MethodOptions, config: ModelConfig): SequenceMethods {
  const { cache: cacheOption = NONE, attention: attentionOption = NONE, kv = 'f16', decoding: drafts = NONE } = options;
  const cache = cacheOption === NONE ? undefined : cacheMethodOf(cacheOption);
  const attention = attentionOption === NONE ? {} : attentionOf(attentionOption);
  const decoding = drafts === NONE ? undefined : proposerOf(drafts);
  checkCombination({ cache, attention, kv, decoding });
  if (cache) checkModel(cache, config);
  const { prefill, decode } = attention;
  return {
    kv,
    cache,
    select: decode && isSelection(decode) ? decode : undefined,
    prefillMask: prefill,
    decodeMask: decode && !isSelection(decode) ? decode : undefined,
    decoding,
  };
}

/** Heads that compete for slots, or turn, must be alike. */
function checkModel({ policy, budget }: CacheMethod, { layers, keysStay }: ModelConfig): void {
  if (policy.positions === 'rank' && keysStay !== undefined)
    throw new UsageError({
      code: 'usage-option',
      happened: `${policy.name} was asked for rank positions.`,
      expected: keysStay,
      todo: 'Take original positions.',
    });
  if (policy.positions === 'rank' && layers.some(({ window }) => window !== undefined))
    throw new UsageError({
      code: 'usage-option',
      happened: `${policy.name} was asked for rank positions.`,
      expected: 'Some layers of this model have a sliding window, which goes by positions that stay.',
      todo: 'Take original positions.',
    });
  if (budget.floor > 0 && layers.some(({ kvHeads }) => kvHeads !== layers[0]!.kvHeads))
    throw new UsageError({
      code: 'usage-option',
      happened: `The budget ${budget.name} was asked for.`,
      expected: 'All layers have the same number of KV heads, which in this model they have not.',
      todo: 'Take uniform or pyramid.',
    });
}
