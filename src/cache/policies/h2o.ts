import { checkedParameter } from '../../core/parameter.ts';
import { policyScores } from '../../kernels/cache/policy-scores.ts';
import type { EvictionPolicy } from '../policy.ts';

/**
 * H2O keeps the slots that have received the most attention, and the newest (https://arxiv.org/abs/2306.14048).
 * Attention is summed over all rows and the query heads of a KV head. As the paper and its real-drop code, with these
 * differences: sets are per KV head (the code drops only in models without grouped heads), a token that leaves the
 * newest competes at once (the masking code hides it for one step), and nothing is taken from later rows (as the code
 * behind the published lm-eval numbers does).
 * @param decay what the sum is multiplied with before a generated token's attention is added, above 0, at most 1 (the paper)
 * @throws UsageError 'usage-option' for a decay out of range.
 */
export function h2o({ decay = 1 }: { readonly decay?: number } = {}): EvictionPolicy {
  checkedParameter('h2o', 'decay', decay, { min: 0, above: true, max: 1 });
  return {
    name: 'h2o',
    observes: { kind: 'mass', promptRows: 'all', decodeRows: true, decay },
    scope: 'head',
    cuts: 'always',
    score: policyScores.mass,
    pool: 1,
    recent: 0,
    positions: 'original',
    parameters: { decay },
  };
}
