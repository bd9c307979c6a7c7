/** Entries of the registry, made from what methods declare in their own files. */

import type { MaskFactory } from '../attention/define-mask.ts';
import type { SelectionFactory } from '../attention/define-selection.ts';
import { adaptivePerHead, pyramid, uniform } from '../cache/budgets.ts';
import type { PolicyFactory } from '../cache/define-policy.ts';
import { EVICT_SETTINGS, evictParameters } from '../cache/evict-settings.ts';
import { evict, type CacheMethod } from '../cache/evict.ts';
import type { Budget } from '../cache/policy.ts';
import type { ProposerFactory } from '../decoding/define-proposer.ts';
import { UsageError } from '../core/errors.ts';
import type { MethodSpec } from '../core/method-spec.ts';
import {
  keyOf,
  parametersOf,
  readSettings,
  type Settings,
  type SettingValues,
  type ValuesOf,
} from '../core/settings.ts';
import type { AnyMethod, Method, MethodFactory } from './method.ts';

/** The entry of a method. */
export function entryOf(factory: MethodFactory): AnyMethod {
  if (factory.kind === 'cache') return cacheEntry(factory);
  if (factory.kind === 'decoding') return { ...plainEntry(factory), kind: 'decoding' };
  return factory.kind === 'attention-decode'
    ? { ...plainEntry(factory), kind: 'attention-decode' }
    : { ...plainEntry(factory), kind: 'attention-mask' };
}

type Plain = SelectionFactory | MaskFactory | ProposerFactory;

/** The entry of a method whose settings are all its own. */
const plainEntry = <F extends Plain>(factory: F) => ({
  ...factory.method,
  parameters: parametersOf(factory.settings),
  make: (parameters: MethodSpec['parameters']) =>
    factory.make(namedValues(factory.settings, parameters)) as ReturnType<F>,
});

/** A policy's entry: its own settings beside those of every eviction. */
function cacheEntry(factory: PolicyFactory): Method<'cache'> {
  const { method, settings } = factory;
  // Which parameters an eviction has follows from the policy, not from what it is set to.
  const example = factory.make(leastValues(settings));
  return {
    ...method,
    kind: 'cache',
    parameters: evictParameters(example, settings),
    make: (parameters) => cacheMethod(factory, parameters),
  };
}

/** The least that settings can be set to: what is required, as low as it goes. */
const leastValues = (settings: Settings): SettingValues =>
  Object.fromEntries(
    Object.entries(settings).flatMap(([name, { range, default: value }]) =>
      value === 'required' ? [[name, 'min' in range ? range.min : range[0]] as const] : [],
    ),
  );

/** The values that a spec gives to these settings, by their names. */
const namedValues = (settings: Settings, parameters: MethodSpec['parameters']): SettingValues =>
  Object.fromEntries(
    Object.keys(settings).flatMap((name) => {
      const key = keyOf(name);
      return Object.hasOwn(parameters, key) ? [[name, parameters[key]] as const] : [];
    }),
  );

function cacheMethod(factory: PolicyFactory, parameters: MethodSpec['parameters']): CacheMethod {
  const policy = factory.make(namedValues(factory.settings, parameters));
  const given = namedValues(EVICT_SETTINGS, parameters);
  const values = readSettings(policy.name, EVICT_SETTINGS, given);
  const { sinks, recent, every, prefill } = given as Partial<typeof values>;
  return evict({
    policy,
    budget: budgetOf(values),
    ...(sinks !== undefined && { sinks }),
    ...(recent !== undefined && { recent }),
    ...(every !== undefined && { every }),
    ...(prefill !== undefined && { prefill }),
  });
}

function budgetOf({ budget, budgets, beta, floor }: ValuesOf<typeof EVICT_SETTINGS>): Budget {
  refuseStray('beta', beta, budgets, 'pyramid');
  refuseStray('floor', floor, budgets, 'adaptive-per-head');
  if (budgets === 'pyramid') return pyramid(budget, beta === undefined ? {} : { beta });
  if (budgets === 'adaptive-per-head') return adaptivePerHead(budget, floor === undefined ? {} : { floor });
  return uniform(budget);
}

function refuseStray(key: string, value: number | undefined, kind: string, owner: string): void {
  if (value !== undefined && kind !== owner)
    throw new UsageError({
      code: 'usage-option',
      happened: `The parameter ${key} stands beside budgets=${kind}.`,
      expected: `Only budgets=${owner} has it.`,
      todo: `Add budgets=${owner}, or leave ${key} out.`,
    });
}
