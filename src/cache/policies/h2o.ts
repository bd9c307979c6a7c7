import mass from '../../../shaders/lib/policy/mass.wgsl?raw';
import { f32 } from '../../core/settings.ts';
import { definePolicy } from '../define-policy.ts';

/**
 * H2O keeps the slots that have received the most attention, and the newest (https://arxiv.org/abs/2306.14048).
 * Attention is summed over all rows and the query heads of a KV head. As the paper and its real-drop code, with these
 * differences: sets are per KV head (the code drops only in models without grouped heads), a token that leaves the
 * newest competes at once (the masking code hides it for one step), and nothing is taken from later rows (as the code
 * behind the published lm-eval numbers does).
 */
export const h2o = definePolicy({
  name: 'h2o',
  listed: 10,
  description: 'Keeps the slots that have received most attention so far, and the newest.',
  paper: {
    title: 'H2O: Heavy-Hitter Oracle for Efficient Generative Inference of Large Language Models',
    url: 'https://arxiv.org/abs/2306.14048',
  },
  status:
    'differs: the query heads of a group are summed (published code: one key head per query head); a cut waits for `every` slots, and sinks stay (papers: every=1,sinks=0)',
  settings: {
    decay: f32(1, {
      min: 0,
      above: true,
      max: 1,
      says: 'what mass is multiplied with at each new token; 1 sums, as in the paper',
    }),
  },
  score: [{ name: 'lib/policy/mass', text: mass }],
  traits: ({ decay }) => ({ observes: { promptRows: 'all', decodeRows: true, decay } }),
  laws: [
    { tight: 'budget=24,sinks=2,recent=8,every=4', loose: 'budget=400' },
    { tight: 'budget=24,sinks=2,recent=8,budgets=pyramid,beta=4', loose: 'budget=400,budgets=pyramid,beta=2' },
    { tight: 'budget=24,recent=8,budgets=adaptive-per-head,floor=0.3', loose: 'budget=400,budgets=adaptive-per-head' },
    { tight: 'budget=24,recent=8,prefill=chunked', loose: 'budget=400,prefill=chunked' },
  ],
});
