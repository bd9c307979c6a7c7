import { aShape, slidingWindow } from '../attention/masks.ts';
import { oracleTopK } from '../attention/selections/oracle-top-k.ts';
import { quest } from '../attention/selections/quest.ts';
import { tokenSelect } from '../attention/selections/token-select.ts';
import { MOST_SLOTS } from '../cache/evict.ts';
import type { Method } from './method.ts';
import { whole, type Parameter } from './parameters.ts';

const slots = (key: string, meaning: string, default_: Parameter['default'], least = 0): Parameter => ({
  key,
  meaning,
  range: whole(least, MOST_SLOTS),
  default: default_,
});
const K = slots('k', 'slots chosen for each token, sinks and recent ones not counted', 'required', 1);
const SINKS = slots('sinks', 'first positions that are always read', 4);
const DENSE = slots('dense', 'first layers that read all', 0);
const RECENT = slots('recent', 'newest slots that are always read', 64, 1);

/** The sizes that pages may have; quest() itself refuses others. */
const pageOf = (size: number): 16 | 32 | 64 => size as 16 | 32 | 64;

/** Selection: which slots a decoding token reads. All stay in the cache. */
export const SELECTION_METHODS: readonly Method<'attention-decode'>[] = [
  {
    name: 'token-select',
    kind: 'attention-decode',
    description: 'Each token reads the slots that win a vote of all heads of the layer.',
    paper: {
      title:
        'TokenSelect: Efficient Long-Context Inference and Length Extrapolation for LLMs via Dynamic Token-Level KV Cache Selection',
      url: 'https://arxiv.org/abs/2411.02886',
    },
    status:
      'differs: votes by true scores unless scoring=release; positions stay original (published code re-numbers what is read); prompts are dense; a query head votes with the KV head that it attends with (paper: sinks=128,recent=512)',
    parameters: [
      K,
      SINKS,
      RECENT,
      DENSE,
      {
        key: 'scoring',
        meaning: 'true scores, or unrotated and unscaled ones as in the published code',
        range: ['rotated', 'release'],
        default: { word: 'rotated' },
      },
      {
        key: 'theta',
        meaning: 'cosine of queries from which the last choice is used again',
        range: { min: -1, max: 1 },
        default: { follows: 'off' },
      },
    ],
    make: (values) =>
      tokenSelect({
        k: values.number('k'),
        sinks: values.number('sinks'),
        recent: values.number('recent'),
        dense: values.number('dense'),
        scoring: values.word('scoring') === 'release' ? 'release' : 'rotated',
        ...values.numbers({ theta: 'theta' }),
      }),
  },
  {
    name: 'quest',
    kind: 'attention-decode',
    description: 'Each token reads the pages whose bounds promise the highest scores.',
    paper: {
      title: 'Quest: Query-Aware Sparsity for Efficient Long-Context LLM Inference',
      url: 'https://arxiv.org/abs/2406.10774',
    },
    status:
      'differs: one choice per KV head, by the highest bound of its query heads; pages with sinks and recent slots are forced; no dense layers unless dense= (paper: 2)',
    parameters: [
      slots('pages', 'pages read, forced ones counted', 'required', 1),
      { key: 'page', meaning: 'slots of a page', range: [16, 32, 64], default: 16 },
      SINKS,
      RECENT,
      DENSE,
    ],
    make: (values) =>
      quest({
        pages: values.number('pages'),
        page: pageOf(values.number('page')),
        sinks: values.number('sinks'),
        recent: values.number('recent'),
        dense: values.number('dense'),
      }),
  },
  {
    name: 'oracle-top-k',
    kind: 'attention-decode',
    description:
      'Each token reads the slots with the highest true attention, summed over the query heads of each KV head: the ceiling, which reads all keys to know.',
    paper: undefined,
    status: 'faithful',
    parameters: [K, SINKS, RECENT, DENSE],
    make: (values) =>
      oracleTopK({
        k: values.number('k'),
        sinks: values.number('sinks'),
        recent: values.number('recent'),
        dense: values.number('dense'),
      }),
  },
];

const WINDOW = slots('window', 'newest positions that are visible, the token itself counted', 'required', 1);

/** Masks: which positions a token sees, in prompts and in decoding. */
export const MASK_METHODS: readonly Method<'attention-mask'>[] = [
  {
    name: 'sliding-window',
    kind: 'attention-mask',
    description: 'Each token sees the newest positions only.',
    paper: { title: 'Longformer: The Long-Document Transformer', url: 'https://arxiv.org/abs/2004.05150' },
    status: 'differs: a plain window, neither dilated nor with global tokens; the model was not trained with it',
    parameters: [WINDOW],
    make: (values) => slidingWindow({ window: values.number('window') }),
  },
  {
    name: 'a-shape',
    kind: 'attention-mask',
    description: 'Each token sees the first positions and the newest.',
    paper: {
      title: 'MInference 1.0: Accelerating Pre-filling for Long-Context LLMs via Dynamic Sparse Attention',
      url: 'https://arxiv.org/abs/2407.02490',
    },
    status: 'differs: for all heads (paper: for the heads that a search assigns), in decoding too where it is asked',
    parameters: [slots('sinks', 'first positions that are visible', 4), WINDOW],
    make: (values) => aShape({ sinks: values.number('sinks'), window: values.number('window') }),
  },
];
