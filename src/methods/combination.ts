import { KV_FORMATS } from '../kernels/kv-formats/index.ts';
import { checkObject } from '../core/check-options.ts';
import { UsageError } from '../core/errors.ts';
import type { KvType } from '../core/api.ts';
import type { CacheMethod } from '../cache/evict.ts';
import { keepsOneSet } from '../cache/policy.ts';
import type { Proposer } from '../decoding/proposer.ts';
import { isSelection, type AttentionMethods } from './options.ts';

/** The methods of a conversation, each undefined where all is kept and all is read. */
export interface MethodCombination {
  readonly cache?: CacheMethod | undefined;
  readonly attention?: AttentionMethods | undefined;
  readonly kv?: KvType | undefined;
  readonly decoding?: Proposer | undefined;
}

/**
 * Refuses methods that make no sense beside each other. What does not fit within the cache method alone, `evict()` refuses.
 * @throws UsageError 'usage-option' with the reason
 */
export function checkCombination(methods: MethodCombination): void {
  checkObject(methods);
  const { cache, attention, kv, decoding } = methods;
  const chosen = attention?.decode && isSelection(attention.decode) ? attention.decode : undefined;
  const noted = cache?.policy ?? chosen;
  if (decoding && noted)
    throw refused(
      decoding.name,
      noted.name,
      'Drafts that come to nothing must not count for what is kept or read, and there is no path yet that keeps them out.',
    );
  if (!cache) return;
  if (cache.policy.positions === 'rank' && kv && !KV_FORMATS[kv].pairs)
    throw refused(
      `${cache.policy.name} with rank positions`,
      kv,
      'Rank positions turn keys at every cut, and so few bits would be rounded anew each time.',
    );
  const { prefill, decode } = attention ?? {};
  if (cache.policy.positions === 'rank' && (prefill || decode))
    throw refused(
      `${cache.policy.name} with rank positions`,
      (decode ?? prefill)!.name,
      'Rank positions change at every cut, and masks and selections go by positions that stay.',
    );
  if (decode && isSelection(decode) && decode.shared && !(keepsOneSet(cache.policy) && cache.budget.floor === 0))
    throw refused(
      cache.policy.name,
      decode.name,
      `${decode.name} reads the same slots with all heads of a layer, and here each KV head keeps slots of its own.`,
    );
}

const refused = (one: string, other: string, reason: string): UsageError =>
  new UsageError({
    code: 'usage-option',
    happened: `${one} was asked for together with ${other}.`,
    expected: reason,
    todo: 'Leave one of the two out.',
  });
