/** What a conversation's cache keeps: `evict({ policy, budget })`, the policies and the budgets. */

export { evict, type CacheMethod, type EvictOptions } from './evict.ts';
export { adaptivePerHead, pyramid, uniform } from './budgets.ts';
export { h2o } from './policies/h2o.ts';
export { keyformer } from './policies/keyformer.ts';
export { random } from './policies/random.ts';
export { snapKv } from './policies/snap-kv.ts';
export { streamingLlm } from './policies/streaming-llm.ts';
export { tova } from './policies/tova.ts';
export type { Budget, EvictionPolicy, Observation } from './policy.ts';
