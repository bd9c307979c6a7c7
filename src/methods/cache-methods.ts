import { UsageError } from '../core/errors.ts';
import { adaptivePerHead, pyramid, uniform } from '../cache/budgets.ts';
import { DEFAULT_EVERY, DEFAULT_SINKS, evict, MOST_SLOTS, type CacheMethod } from '../cache/evict.ts';
import type { Budget, EvictionPolicy } from '../cache/policy.ts';
import { h2o } from '../cache/policies/h2o.ts';
import { keyformer } from '../cache/policies/keyformer.ts';
import { random } from '../cache/policies/random.ts';
import { snapKv } from '../cache/policies/snap-kv.ts';
import { streamingLlm } from '../cache/policies/streaming-llm.ts';
import { tova } from '../cache/policies/tova.ts';
import type { Method, MethodDescription } from './method.ts';
import { whole, type Parameter, type Values } from './parameters.ts';

const BUDGET: Parameter = {
  key: 'budget',
  meaning: 'slots that stay per KV head and layer, on average, sinks and recent ones included',
  range: whole(1, MOST_SLOTS),
  default: 'required',
};
const SINKS: Parameter = {
  key: 'sinks',
  meaning: 'first positions that always stay',
  range: whole(0, MOST_SLOTS),
  default: DEFAULT_SINKS,
};
const recent = (default_: Parameter['default']): Parameter => ({
  key: 'recent',
  meaning: 'newest slots that always stay',
  range: whole(0, MOST_SLOTS),
  default: default_,
});
const RECENT_HALF = recent({ follows: '(budget - sinks) / 2' });
const RECENT_NONE = recent(0);
const EVERY: Parameter = {
  key: 'every',
  meaning: 'slots above the budget that are awaited before a cut',
  range: whole(1, MOST_SLOTS),
  default: DEFAULT_EVERY,
};
const BETA: Parameter = {
  key: 'beta',
  meaning:
    'how steep a pyramid is: of the slots beside sinks and recent, from 2 - 1/beta in the first layer to 1/beta in the last',
  range: { min: 1 },
  default: { follows: '20 with budgets=pyramid, else not allowed' },
};
const FLOOR: Parameter = {
  key: 'floor',
  meaning: 'share of the budget that each head keeps at least where heads compete',
  range: { min: 0, above: true, max: 1 },
  default: { follows: '0.2 with budgets=adaptive-per-head, else not allowed' },
};
const budgets = (...kinds: readonly string[]): Parameter => ({
  key: 'budgets',
  meaning: 'how slots are shared: the same for all, falling from layer to layer, or fought for by the heads of a layer',
  range: kinds,
  default: { word: 'uniform' },
});
const ALL_BUDGETS = [budgets('uniform', 'pyramid', 'adaptive-per-head'), BETA, FLOOR];
const PREFILL: Parameter = {
  key: 'prefill',
  meaning: 'cut a prompt at its end, which borrows memory till then, or after every 256 tokens',
  range: ['whole', 'chunked'],
  default: { word: 'whole' },
};

const OURS = 'a cut waits for `every` slots, and sinks stay (papers: every=1,sinks=0)';

const method = (description: MethodDescription, policyOf: (values: Values) => EvictionPolicy): Method<'cache'> => ({
  ...description,
  kind: 'cache',
  make: (values) => cacheMethod(policyOf(values), values),
});

function cacheMethod(policy: EvictionPolicy, values: Values): CacheMethod {
  return evict({
    policy,
    budget: budgetOf(values),
    ...values.numbers({ sinks: 'sinks', recent: 'recent', every: 'every' }),
    ...(values.has('prefill') && { prefill: values.word('prefill') === 'chunked' ? 'chunked' : 'whole' }),
  });
}

function budgetOf(values: Values): Budget {
  const slots = values.number('budget');
  const kind = values.has('budgets') ? values.word('budgets') : 'uniform';
  refuseStray(values, 'beta', kind, 'pyramid');
  refuseStray(values, 'floor', kind, 'adaptive-per-head');
  if (kind === 'pyramid') return pyramid(slots, values.numbers({ beta: 'beta' }));
  if (kind === 'adaptive-per-head') return adaptivePerHead(slots, values.numbers({ floor: 'floor' }));
  return uniform(slots);
}

function refuseStray(values: Values, key: string, kind: string, owner: string): void {
  if (values.has(key) && kind !== owner)
    throw new UsageError({
      code: 'usage-option',
      happened: `The parameter ${key} stands beside budgets=${kind}.`,
      expected: `Only budgets=${owner} has it.`,
      todo: `Add budgets=${owner}, or leave ${key} out.`,
    });
}

/** Eviction: what the cache keeps. */
export const CACHE_METHODS: readonly Method<'cache'>[] = [
  method(
    {
      name: 'h2o',
      description: 'Keeps the slots that have received most attention so far, and the newest.',
      paper: {
        title: 'H2O: Heavy-Hitter Oracle for Efficient Generative Inference of Large Language Models',
        url: 'https://arxiv.org/abs/2306.14048',
      },
      status: `differs: the query heads of a group are summed (published code: one key head per query head); ${OURS}`,
      parameters: [
        BUDGET,
        SINKS,
        RECENT_HALF,
        EVERY,
        {
          key: 'decay',
          meaning: 'what mass is multiplied with at each new token; 1 sums, as in the paper',
          range: { min: 0, above: true, max: 1 },
          default: 1,
        },
        ...ALL_BUDGETS,
        PREFILL,
      ],
    },
    (values) => h2o(values.numbers({ decay: 'decay' })),
  ),
  method(
    {
      name: 'keyformer',
      description: 'As h2o, with Gumbel noise and a rising temperature on the scores that are summed.',
      paper: {
        title: 'Keyformer: KV Cache Reduction through Key Tokens Selection for Efficient Generative Inference',
        url: 'https://arxiv.org/abs/2403.09054',
      },
      status: `differs: a token that leaves the recent window competes (published code drops it for good); the query heads of a group are summed; ${OURS}`,
      parameters: [
        BUDGET,
        SINKS,
        RECENT_HALF,
        EVERY,
        {
          key: 'tau-first',
          meaning: 'temperature in the prompt',
          range: { min: 0, above: true },
          default: 1,
        },
        {
          key: 'tau-last',
          meaning: 'temperature at the last token that may be generated, linear between',
          range: { min: 0, above: true },
          default: 2,
        },
        ...ALL_BUDGETS,
        PREFILL,
      ],
    },
    (values) => keyformer(values.numbers({ tauFirst: 'tau-first', tauLast: 'tau-last' })),
  ),
  method(
    {
      name: 'tova',
      description: 'Keeps the slots that the last token attends to most, one set for all heads of a layer.',
      paper: { title: 'Transformers are Multi-State RNNs', url: 'https://arxiv.org/abs/2401.06104' },
      status: `differs: ${OURS}`,
      parameters: [BUDGET, SINKS, RECENT_NONE, EVERY, budgets('uniform', 'pyramid'), BETA, PREFILL],
    },
    () => tova(),
  ),
  method(
    {
      name: 'streaming-llm',
      description: 'Keeps the first positions and the newest slots.',
      paper: {
        title: 'Efficient Streaming Language Models with Attention Sinks',
        url: 'https://arxiv.org/abs/2309.17453',
      },
      status:
        'differs: keys keep their positions unless positions=rank, which turns stored keys at each cut (published code turns them at each read); a cut waits for `every` slots',
      parameters: [
        BUDGET,
        SINKS,
        EVERY,
        {
          key: 'positions',
          meaning: 'original, or rank to generate past the trained length',
          range: ['original', 'rank'],
          default: { word: 'original' },
        },
        ...ALL_BUDGETS,
        PREFILL,
      ],
    },
    (values) => streamingLlm({ positions: values.word('positions') === 'rank' ? 'rank' : 'original' }),
  ),
  method(
    {
      name: 'snap-kv',
      description: 'Cuts the prompt once, to what its last tokens attend to; keeps all that is decoded.',
      paper: {
        title: 'SnapKV: LLM Knows What You are Looking for Before Generation',
        url: 'https://arxiv.org/abs/2404.14469',
      },
      status:
        'differs: slots are kept per KV head, the query heads of a group summed (published code stores a cache per query head); sinks stay (paper: sinks=0)',
      parameters: [
        BUDGET,
        SINKS,
        {
          key: 'window',
          meaning: 'last tokens of the prompt that score, and stay themselves',
          range: whole(1, MOST_SLOTS),
          default: 32,
        },
        {
          key: 'pool',
          meaning: 'neighbouring slots over which scores are averaged, an odd number',
          range: whole(1, MOST_SLOTS),
          default: 5,
        },
        ...ALL_BUDGETS,
      ],
    },
    (values) => snapKv(values.numbers({ window: 'window', pool: 'pool' })),
  ),
  method(
    {
      name: 'random',
      description: 'Keeps slots by lot: the floor that every policy has to beat.',
      paper: undefined,
      status: 'faithful',
      parameters: [BUDGET, SINKS, RECENT_NONE, EVERY, ...ALL_BUDGETS, PREFILL],
    },
    () => random(),
  ),
];
