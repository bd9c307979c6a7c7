import { checkedParameter } from '../../core/parameter.ts';
import { policyScores } from '../../kernels/cache/policy-scores.ts';
import type { EvictionPolicy } from '../policy.ts';

/**
 * Keyformer ranks as H2O, but by softmax((score + Gumbel noise) / tau): noise makes up for what eviction takes from the
 * distribution (https://arxiv.org/abs/2403.09054). The attention itself never sees the noise. tau is `tauFirst` in the
 * prompt and rises in a straight line to `tauLast` at the last token that may be generated. Differs from the released
 * code, which by an error in its mask never changes the key tokens after the prompt: here a token that leaves the newest
 * competes. With grouped heads, which the paper does not treat, noise is per query head and summed over the group.
 * @throws UsageError 'usage-option' for a temperature that is not above 0.
 */
export function keyformer({
  tauFirst = 1,
  tauLast = 2,
}: { readonly tauFirst?: number; readonly tauLast?: number } = {}): EvictionPolicy {
  checkedParameter('keyformer', 'tau-first', tauFirst, { min: 0, above: true });
  checkedParameter('keyformer', 'tau-last', tauLast, { min: 0, above: true });
  return {
    name: 'keyformer',
    observes: { kind: 'noisy-mass', promptRows: 'all', decodeRows: true, decay: 1, tau: [tauFirst, tauLast] },
    scope: 'head',
    cuts: 'always',
    score: policyScores.mass,
    pool: 1,
    recent: 0,
    positions: 'original',
    parameters: { 'tau-first': tauFirst, 'tau-last': tauLast },
  };
}
