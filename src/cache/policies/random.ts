import { policyScores } from '../../kernels/cache/policy-scores.ts';
import type { EvictionPolicy } from '../policy.ts';

/**
 * Keeps tokens by a number drawn once for each, per layer and KV head: the floor that every other policy has to beat.
 * What stays is at any time a fair sample of all tokens so far (a reservoir, https://doi.org/10.1145/3147.3165); the
 * same seed of the conversation keeps the same.
 */
export function random(): EvictionPolicy {
  return {
    name: 'random',
    observes: undefined,
    scope: 'head',
    cuts: 'always',
    score: policyScores.random,
    pool: 1,
    recent: 0,
    positions: 'original',
    parameters: {},
  };
}
