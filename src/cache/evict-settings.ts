import { f32, parametersOf, u32, word, type Parameter, type Setting, type Settings } from '../core/settings.ts';
import type { EvictionPolicy } from './policy.ts';

/** How slots may be shared among layers and heads, by the names of the budgets. */
const BUDGETS = ['uniform', 'pyramid', 'adaptive-per-head'] as const;

const BUDGETS_SAY =
  'how slots are shared: the same for all, falling from layer to layer, or fought for by the heads of a layer';

/** What every eviction can be set to, whatever its policy; a policy's own settings stand beside them. */
export const EVICT_SETTINGS = {
  budget: u32('required', {
    min: 1,
    says: 'slots that stay per KV head and layer, on average, sinks and recent ones included',
  }),
  sinks: u32(4, { says: 'first positions that always stay' }),
  recent: u32({ follows: '(budget - sinks) / 2' }, { says: 'newest slots that always stay' }),
  every: u32(16, { min: 1, says: 'slots above the budget that are awaited before a cut' }),
  budgets: word('uniform', BUDGETS, BUDGETS_SAY),
  beta: f32(
    { follows: '20 with budgets=pyramid, else not allowed' },
    {
      min: 1,
      says: 'how steep a pyramid is: of the slots beside sinks and recent, from 2 - 1/beta in the first layer to 1/beta in the last',
    },
  ),
  floor: f32(
    { follows: '0.2 with budgets=adaptive-per-head, else not allowed' },
    { min: 0, above: true, max: 1, says: 'share of the budget that each head keeps at least where heads compete' },
  ),
  prefill: word(
    'whole',
    ['whole', 'chunked'],
    'cut a prompt at its end, which borrows memory till then, or after every 256 tokens',
  ),
} as const satisfies Settings;

/** Whether what a policy observes adds up over steps, which favours old slots: the newest then need time. */
export const addsUp = ({ observes }: EvictionPolicy): boolean => observes !== undefined && observes.decay > 0;

/** What an eviction by this policy can be set to, as people read it: what the policy has no use for is left out. */
export function evictParameters(policy: EvictionPolicy, own: Settings): Parameter[] {
  const { budget, sinks, recent, every, budgets, beta, floor, prefill } = EVICT_SETTINGS;
  const repeats = policy.cuts === 'always';
  const competes = policy.scope === 'head';
  const settings: Readonly<Record<string, Setting>> = {
    budget,
    sinks,
    ...(policy.recent === 0 && { recent: addsUp(policy) ? recent : { ...recent, default: 0 } }),
    ...(repeats && { every }),
    ...own,
    budgets: competes ? budgets : { ...budgets, range: BUDGETS.filter((name) => name !== 'adaptive-per-head') },
    beta,
    ...(competes && { floor }),
    ...(repeats && { prefill }),
  };
  return parametersOf(settings);
}
