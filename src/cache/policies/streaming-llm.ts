import { UsageError } from '../../core/errors.ts';
import { policyScores } from '../../kernels/cache/policy-scores.ts';
import type { EvictionPolicy } from '../policy.ts';

/**
 * StreamingLLM keeps the first tokens (`sinks`) and the newest (https://arxiv.org/abs/2309.17453); without sinks it is
 * a sliding window. `positions: 'rank'` renumbers what stays, so that generation can go on past the trained length, as
 * the paper does; the paper rotates keys when it reads them, here they are turned when they are cut, which is the same
 * but for rounding. 'original' keeps every token's position and the keys as they are.
 * @throws UsageError 'usage-option' for other positions.
 */
export function streamingLlm({
  positions = 'original',
}: { readonly positions?: 'original' | 'rank' } = {}): EvictionPolicy {
  if (positions !== 'original' && positions !== 'rank')
    throw new UsageError({
      code: 'usage-option',
      happened: `The parameter positions of streaming-llm is ${JSON.stringify(positions)}.`,
      expected: 'It must be "original" or "rank".',
      todo: 'Pass one of them, or leave positions out for "original".',
    });
  return {
    name: 'streaming-llm',
    observes: undefined,
    scope: 'head',
    cuts: 'always',
    score: policyScores.recency,
    pool: 1,
    recent: 0,
    positions,
    parameters: { positions },
  };
}
