import type { ConversationReport } from '../../core/api.ts';
import { formatSpec } from '../../core/method-spec.ts';
import type { Lease } from './lease.ts';

/** Conversations of one question are disposed before anybody can ask for a report: so many are remembered. */
const MOST_KEPT = 8;

/** What a conversation did to its cache and attention. @param bytes of the pages that it holds */
export function conversationReport(lease: Lease, bytes: number, disposed = false): ConversationReport {
  const { methods, residency, peakBytes, restarts } = lease;
  const { cache, select, prefillMask, decodeMask, kv } = methods;
  const slotsKept = Math.round(residency.meanSlots);
  return {
    cache: cache ? formatSpec(cache.spec) : 'none',
    attention: {
      prefill: prefillMask ? formatSpec(prefillMask) : 'none',
      decode: select || decodeMask ? formatSpec((select ?? decodeMask)!) : 'none',
    },
    kv,
    speculation: lease.drafts.report(methods, undefined),
    tokens: residency.tokens,
    slotsKept,
    slotsEvicted: residency.tokens - slotsKept,
    slotsSelected: select && Math.min(residency.tokens, select.mostSlots),
    bytes,
    peakBytes,
    cuts: residency.cuts,
    lastCutAt: residency.lastCutAt,
    restarts,
    disposed,
  };
}

/** The reports of the conversations that were disposed last. */
export class DisposedConversations {
  readonly #kept: ConversationReport[] = [];

  get kept(): readonly ConversationReport[] {
    return this.#kept;
  }

  /** Told of a conversation before its memory is given back. */
  add(lease: Lease): void {
    if (lease.length === 0) return;
    this.#kept.push(conversationReport(lease, 0, true));
    if (this.#kept.length > MOST_KEPT) this.#kept.shift();
  }
}
