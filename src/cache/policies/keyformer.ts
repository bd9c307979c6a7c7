import gumbel from '../../../shaders/lib/gumbel.wgsl?raw';
import noise from '../../../shaders/lib/attention/noise.gumbel.wgsl?raw';
import mass from '../../../shaders/lib/policy/mass.wgsl?raw';
import threefry from '../../../shaders/lib/threefry.wgsl?raw';
import { f32 } from '../../core/settings.ts';
import { definePolicy } from '../define-policy.ts';

/**
 * Keyformer ranks as H2O, but by softmax((score + Gumbel noise) / tau): noise makes up for what eviction takes from the
 * distribution (https://arxiv.org/abs/2403.09054). The attention itself never sees the noise. tau is `tauFirst` in the
 * prompt and rises in a straight line to `tauLast` at the last token that may be generated. Differs from the released
 * code, which by an error in its mask never changes the key tokens after the prompt: here a token that leaves the newest
 * competes. With grouped heads, which the paper does not treat, noise is per query head and summed over the group.
 */
export const keyformer = definePolicy({
  name: 'keyformer',
  listed: 20,
  description: 'As h2o, with Gumbel noise and a rising temperature on the scores that are summed.',
  paper: {
    title: 'Keyformer: KV Cache Reduction through Key Tokens Selection for Efficient Generative Inference',
    url: 'https://arxiv.org/abs/2403.09054',
  },
  status:
    'differs: a token that leaves the recent window competes (published code drops it for good); the query heads of a group are summed; a cut waits for `every` slots, and sinks stay (papers: every=1,sinks=0)',
  settings: {
    tauFirst: f32(1, { min: 0, above: true, says: 'temperature in the prompt' }),
    tauLast: f32(2, {
      min: 0,
      above: true,
      says: 'temperature at the last token that may be generated, linear between',
    }),
  },
  derived: {
    // How much it rises with every token: divided here, since a quotient of f32 differs between GPUs.
    tauStep: {
      type: 'f32',
      of: ({ tauFirst, tauLast }, { maxTokens }) => (tauLast - tauFirst) / Math.max(1, maxTokens),
    },
  },
  score: [{ name: 'lib/policy/mass', text: mass }],
  noise: {
    name: 'gumbel',
    parts: [
      { name: 'lib/threefry', text: threefry },
      { name: 'lib/gumbel', text: gumbel },
      { name: 'lib/attention/noise.gumbel', text: noise },
    ],
  },
  traits: () => ({ observes: { promptRows: 'all', decodeRows: true, decay: 1 } }),
  laws: [{ tight: 'budget=24,sinks=2,recent=8,every=1', loose: 'budget=400' }],
});
