import { f32, word } from '../../core/settings.ts';
import { memoryWords } from '../../kernels/selection/slot-scores.ts';
import { defineSelection } from '../define-selection.ts';
import { NEVER } from '../selection.ts';
import { DENSE, K, RECENT, SINKS } from './settings.ts';
import { encodeVotes } from './votes.ts';

/**
 * Reads the tokens for which the heads of a layer vote together, each with its softmax over the tokens that are neither
 * sinks nor recent (TokenSelect: Wu et al. 2024, arXiv 2411.02886). Keys keep their positions. All KV heads of a layer
 * must hold the same tokens in the same slots. `scoring: 'release'` votes, as the authors' code does, with unscaled scores
 * of keys that all lie `recent` places before the row. A choice is used again while the cosine of the queries is at least
 * `theta`, for recent / 4 tokens at most; without it never.
 */
export const tokenSelect = defineSelection({
  name: 'token-select',
  listed: 10,
  description: 'Each token reads the slots that win a vote of all heads of the layer.',
  paper: {
    title:
      'TokenSelect: Efficient Long-Context Inference and Length Extrapolation for LLMs via Dynamic Token-Level KV Cache Selection',
    url: 'https://arxiv.org/abs/2411.02886',
  },
  status:
    'differs: votes by true scores unless scoring=release; positions stay original (published code re-numbers what is read); prompts are dense; a query head votes with the KV head that it attends with (paper: sinks=128,recent=512)',
  settings: {
    k: K,
    sinks: SINKS,
    recent: RECENT,
    dense: DENSE,
    scoring: word(
      'rotated',
      ['rotated', 'release'],
      'true scores, or unrotated and unscaled ones as in the published code',
    ),
    theta: f32(
      { follows: 'off' },
      { min: -1, max: 1, unset: NEVER, says: 'cosine of queries from which the last choice is used again' },
    ),
  },
  traits: ({ k, sinks, recent, dense, scoring, theta }, accessors) => ({
    dense,
    mostSlots: sinks + k + recent,
    shared: true,
    variant: `${scoring}${theta === undefined ? '' : ' kept'}`,
    memoryWords: ({ qHeads, headDim }, capacity) => (theta === undefined ? 0 : memoryWords(qHeads, headDim, capacity)),
    encode(recorder, layer, arrays, shape, kind) {
      const method = { shared: true, all: false, even: scoring === 'release', accessors };
      encodeVotes(recorder, layer, arrays, shape, kind, method);
    },
  }),
  laws: [
    { tight: 'k=8,sinks=2,recent=8', loose: 'k=400' },
    { tight: 'k=8,sinks=2,recent=8,scoring=release', loose: 'k=400,scoring=release' },
    { tight: 'k=8,sinks=2,recent=16,theta=0.5', loose: 'k=400,theta=0.5' },
  ],
});
