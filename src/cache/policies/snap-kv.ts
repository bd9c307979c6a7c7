import { checkedParameter } from '../../core/parameter.ts';
import { UsageError } from '../../core/errors.ts';
import { policyScores } from '../../kernels/cache/policy-scores.ts';
import type { EvictionPolicy } from '../policy.ts';

/**
 * SnapKV cuts the prompt once, to what its last `window` rows attended to and these rows themselves; what is decoded
 * stays (https://arxiv.org/abs/2404.14469). Scores are averaged over `pool` neighbouring tokens, zero beyond the ends.
 * Sets are per KV head, by the sum over its query heads: the released code repeats KV heads first, which gives up what
 * grouped heads save. Its configurations for LongBench take the maximum over 7 tokens; this is its default.
 * @param window rows, at least 1 @param pool tokens, an odd number
 * @throws UsageError 'usage-option' for a parameter out of range.
 */
export function snapKv({
  window = 32,
  pool = 5,
}: { readonly window?: number; readonly pool?: number } = {}): EvictionPolicy {
  checkedParameter('snap-kv', 'window', window, { min: 1, integer: true });
  checkedParameter('snap-kv', 'pool', pool, { min: 1, integer: true });
  if (pool % 2 === 0)
    throw new UsageError({
      code: 'usage-option',
      happened: `The parameter pool of snap-kv is ${pool}.`,
      expected: 'It must be odd: a token and as many neighbours on either side.',
      todo: `Pass ${pool - 1} or ${pool + 1}.`,
    });
  return {
    name: 'snap-kv',
    observes: { kind: 'mass', promptRows: window, decodeRows: false, decay: 1 },
    scope: 'head',
    cuts: 'prompt',
    score: policyScores.pooledMass,
    pool,
    recent: window,
    positions: 'original',
    parameters: { window, pool },
  };
}
