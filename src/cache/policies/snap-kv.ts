import pooledMass from '../../../shaders/lib/policy/pooled-mass.wgsl?raw';
import { UsageError } from '../../core/errors.ts';
import { u32 } from '../../core/settings.ts';
import { definePolicy } from '../define-policy.ts';

/**
 * SnapKV cuts the prompt once, to what its last `window` rows attended to and these rows themselves; what is decoded
 * stays (https://arxiv.org/abs/2404.14469). Scores are averaged over `pool` neighbouring tokens, zero beyond the ends.
 * Sets are per KV head, by the sum over its query heads: the released code repeats KV heads first, which gives up what
 * grouped heads save. Its configurations for LongBench take the maximum over 7 tokens; this is its default.
 */
export const snapKv = definePolicy({
  name: 'snap-kv',
  listed: 50,
  description: 'Cuts the prompt once, to what its last tokens attend to; keeps all that is decoded.',
  paper: {
    title: 'SnapKV: LLM Knows What You are Looking for Before Generation',
    url: 'https://arxiv.org/abs/2404.14469',
  },
  status:
    'differs: slots are kept per KV head, the query heads of a group summed (published code stores a cache per query head); sinks stay (paper: sinks=0)',
  settings: {
    window: u32(32, { min: 1, says: 'last tokens of the prompt that score, and stay themselves' }),
    pool: u32(5, { min: 1, says: 'neighbouring slots over which scores are averaged, an odd number' }),
  },
  check({ pool }) {
    if (pool % 2 === 0)
      throw new UsageError({
        code: 'usage-option',
        happened: `The parameter pool of snap-kv is ${pool}.`,
        expected: 'It must be odd: a token and as many neighbours on either side.',
        todo: `Pass ${pool - 1} or ${pool + 1}.`,
      });
  },
  score: [{ name: 'lib/policy/pooled-mass', text: pooledMass }],
  traits: ({ window }) => ({
    observes: { promptRows: window, decodeRows: false, decay: 1 },
    cuts: 'prompt',
    recent: window,
  }),
  laws: [{ tight: 'budget=24,window=8,pool=3', loose: 'budget=400' }],
});
