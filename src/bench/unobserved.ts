import { evict, type CacheMethod } from '../cache/evict.ts';
import { streamingLlm } from '../cache/policies/streaming-llm.ts';

/**
 * The same room kept by position alone, to measure what it costs that a policy looks at decoded tokens; undefined where it
 * does not, and for budgets per head, whose room it would not hold alike.
 */
export function unobserved({ policy, budget, sinks, every }: CacheMethod): CacheMethod | undefined {
  if (!policy.observes?.decodeRows || budget.floor > 0) return undefined;
  return evict({ policy: streamingLlm(), budget, sinks, every });
}
