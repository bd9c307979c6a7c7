import { policyScores } from '../../kernels/cache/policy-scores.ts';
import type { EvictionPolicy } from '../policy.ts';

/**
 * TOVA keeps what the last token attended to, summed over all heads; one set for all heads of a layer
 * (https://arxiv.org/abs/2401.06104). Nothing is summed over time, and neither the first nor the newest tokens are
 * safe unless `sinks` and `recent` say so. As the released code; sum and mean over heads rank alike.
 */
export function tova(): EvictionPolicy {
  return {
    name: 'tova',
    observes: { kind: 'mass', promptRows: 1, decodeRows: true, decay: 0 },
    scope: 'layer',
    cuts: 'always',
    score: policyScores.layerMass,
    pool: 1,
    recent: 0,
    positions: 'original',
    parameters: {},
  };
}
