/** What a conversation's cache keeps: `evict({ policy, budget })`, the policies and the budgets. */

export { evict, type CacheMethod, type EvictOptions } from './evict.ts';
export { adaptivePerHead, pyramid, uniform } from './budgets.ts';
export * from './policies/index.ts';
export { definePolicy, type PolicyDefinition, type PolicyFactory, type PolicyTraits } from './define-policy.ts';
export type { Budget, EvictionPolicy, Observation } from './policy.ts';
