import { checkObject, described } from '../core/check-options.ts';
import { UsageError } from '../core/errors.ts';
import type { MethodSpec } from '../core/method-spec.ts';
import { checkedNumber, checkedSetting, MOST_SLOTS } from '../core/settings.ts';
import { uniform } from './budgets.ts';
import { addsUp, EVICT_SETTINGS } from './evict-settings.ts';
import type { Budget, EvictionPolicy } from './policy.ts';

/** What a conversation's cache keeps. Slots are counted per KV head and layer. */
export interface EvictOptions {
  readonly policy: EvictionPolicy;
  /** Slots that stay, sinks and recent ones included: one number for all layers, or a budget. */
  readonly budget: number | Budget;
  /** The first positions, which always stay. Default 4. */
  readonly sinks?: number;
  /** The newest slots, which always stay. Default: half of what sinks leave where mass adds up over steps, else none. */
  readonly recent?: number;
  /** Slots above the budget that are awaited before a cut. Default 16. */
  readonly every?: number;
  /** 'whole': a prompt borrows slots and is cut at its end; 'chunked': it is cut after every 256 tokens. Default 'whole'. */
  readonly prefill?: 'whole' | 'chunked';
}

/** A checked choice of what the cache keeps. */
export interface CacheMethod {
  readonly spec: MethodSpec;
  readonly policy: EvictionPolicy;
  readonly budget: Budget;
  readonly sinks: number;
  readonly recent: number;
  readonly every: number;
  readonly prefill: 'whole' | 'chunked';
}

const OPTIONS: readonly (keyof EvictOptions)[] = ['policy', 'budget', 'sinks', 'recent', 'every', 'prefill'];

/**
 * Sets an eviction policy to a budget.
 * @throws UsageError 'usage-option' naming the option, its value and its range: an unknown option, a number out of range,
 *   sinks and recent slots that leave the policy nothing to choose, an option that the policy has no use for
 */
export function evict(options: EvictOptions): CacheMethod {
  checkObject(options);
  for (const name of Object.keys(options))
    if (!(OPTIONS as readonly string[]).includes(name))
      refuse(
        name,
        (options as unknown as Record<string, unknown>)[name],
        `The options of evict() are ${OPTIONS.join(', ')}.`,
      );
  const {
    policy,
    sinks = EVICT_SETTINGS.sinks.default,
    every = EVICT_SETTINGS.every.default,
    prefill = EVICT_SETTINGS.prefill.default.word,
  } = options;
  if (typeof policy !== 'object' || policy === null || typeof policy.name !== 'string')
    refuse('policy', policy, 'A policy such as h2o() or streamingLlm().');
  const budget = budgetOf(options.budget);
  checked('sinks', sinks);
  checked('every', every);
  checkedSetting('evict()', 'prefill', prefill, EVICT_SETTINGS.prefill.range);
  checkPolicy(policy, budget, options);
  const recent = recentOf(policy, budget, sinks, options.recent);
  checkRoom(policy, leastSlots(budget, alwaysOf(policy, sinks, recent)), sinks, recent);
  return {
    spec: { name: policy.name, parameters: parametersOf(policy, budget, sinks, recent, every, prefill) },
    policy,
    budget,
    sinks,
    recent,
    every: policy.cuts === 'prompt' ? 1 : every,
    prefill,
  };
}

/**
 * Slots of a KV head in each layer of a model.
 * @param layers layers of the model
 * @throws UsageError 'usage-option' where a layer has too few for sinks and recent slots
 */
export function layerBudgets({ policy, budget, sinks, recent }: CacheMethod, layers: number): readonly number[] {
  const slots = budget.perLayer(layers, alwaysOf(policy, sinks, recent));
  checkRoom(policy, Math.min(...slots), sinks, recent);
  return slots;
}

/** The newest slots that a policy is tied to, whatever is asked. */
function tiedRecent({ recent }: EvictionPolicy, budget: Budget, sinks: number): number | undefined {
  if (recent === 'rest') return leastSlots(budget, sinks) - sinks;
  return recent > 0 ? recent : undefined;
}

/** Slots that every layer keeps, whatever its share of the budget. */
const alwaysOf = (policy: EvictionPolicy, sinks: number, recent: number): number =>
  policy.recent === 'rest' ? sinks : sinks + recent;

function recentOf(policy: EvictionPolicy, budget: Budget, sinks: number, asked: number | undefined): number {
  const tied = tiedRecent(policy, budget, sinks);
  if (asked !== undefined) checked('recent', asked);
  if (tied !== undefined) {
    if (asked !== undefined && asked !== tied) refuse('recent', asked, `${policy.name} itself says ${tied} here.`);
    return tied;
  }
  return asked ?? (addsUp(policy) ? Math.max(0, Math.floor((budget.slots - sinks) / 2)) : 0);
}

function checkRoom(policy: EvictionPolicy, slots: number, sinks: number, recent: number): void {
  if (sinks >= slots)
    refuse('sinks', sinks, `A whole number from 0 to ${slots - 1}, below the ${slots} slots of the smallest layer.`);
  if (policy.recent !== 'rest' && sinks + recent >= slots)
    refuse(
      policy.recent === 0 ? 'recent' : 'window',
      recent,
      `With ${sinks} sinks it has to be below ${slots - sinks}, so that ${policy.name} can choose among the ${slots} slots of the smallest layer.`,
    );
}

function checkPolicy(policy: EvictionPolicy, budget: Budget, { every, prefill }: EvictOptions): void {
  if (policy.scope === 'layer' && budget.floor > 0)
    refuse(
      'budget',
      budget.name,
      `${policy.name} keeps one set for all heads of a layer, so heads cannot compete for slots.`,
    );
  if (policy.positions === 'rank' && !isEven(budget))
    refuse(
      'budget',
      budget.name,
      'Rank positions need the same number of slots in all layers and heads: a uniform budget.',
    );
  if (policy.cuts !== 'prompt') return;
  if (every !== undefined) refuse('every', every, `${policy.name} cuts the prompt once and has no use for it.`);
  if (prefill === 'chunked')
    refuse(
      'prefill',
      prefill,
      `${policy.name} scores with the last rows of the prompt, which no earlier chunk has: "whole".`,
    );
}

function budgetOf(budget: number | Budget): Budget {
  if (typeof budget === 'number') {
    checked('budget', budget);
    return uniform(budget);
  }
  if (typeof budget !== 'object' || budget === null || typeof budget.perLayer !== 'function')
    refuse('budget', budget, `A whole number from 1 to ${MOST_SLOTS}, or uniform(), pyramid() or adaptivePerHead().`);
  checked('budget', budget.slots);
  return budget;
}

/** Whether all layers and heads have the same number of slots. */
const isEven = (budget: Budget): boolean => budget.floor === 0 && new Set(budget.perLayer(2)).size === 1;

/** Slots of the layer that has fewest. The first and the last layer of two have what those of many have. */
const leastSlots = (budget: Budget, always: number): number => Math.min(...budget.perLayer(2, always));

function parametersOf(
  policy: EvictionPolicy,
  budget: Budget,
  sinks: number,
  recent: number,
  every: number,
  prefill: string,
): MethodSpec['parameters'] {
  return {
    budget: budget.slots,
    sinks,
    ...(tiedRecent(policy, budget, sinks) === undefined && { recent }),
    ...(policy.cuts === 'always' && { every }),
    ...policy.parameters,
    ...(budget.name !== 'uniform' && { budgets: budget.name, ...shapeOf(budget) }),
    ...(prefill !== 'whole' && { prefill }),
  };
}

/** A budget's parameters but for its slots, which are the method's `budget`. */
const shapeOf = ({ parameters }: Budget): MethodSpec['parameters'] =>
  Object.fromEntries(Object.entries(parameters).filter(([key]) => key !== 'slots'));

const checked = (name: 'budget' | 'sinks' | 'recent' | 'every', value: unknown): number =>
  checkedNumber('evict()', name, value, EVICT_SETTINGS[name].range);

function refuse(option: string, value: unknown, expected: string): never {
  throw new UsageError({
    code: 'usage-option',
    happened: `The parameter ${option} of evict() is ${described(value)}.`,
    expected,
    todo: `Pass such a value, or leave ${option} out where it has a default.`,
  });
}
