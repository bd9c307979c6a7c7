import { throwIfAborted } from '../core/errors.ts';
import { ForcedSequence } from '../engine/measure/forced-sequence.ts';
import type { Runtime } from '../engine/runtime.ts';
import type { SequenceMethods } from '../engine/memory/sequence-methods.ts';
import { PAGE_SLOTS } from '../kernels/cache-layout.ts';
import { spread } from '../bench/statistics.ts';
import { MassMeter } from './mass-meter.ts';

/** What is evaluated: `prefill` ids are read in one go, then `decode` ids are fed one at a time and their rows scored. */
export interface ForcedRunOptions {
  readonly ids: readonly number[];
  readonly prefill: number;
  readonly decode: number;
  readonly methods: SequenceMethods;
  readonly seed?: number | undefined;
  /** Measure how much attention falls on what is read, beside a copy of all keys. */
  readonly mass?: boolean | undefined;
  /** Score many rows in one step, which only plain attention allows: then a token's time means nothing. */
  readonly batched?: boolean | undefined;
  /** Takes the logits [vocab] of each scored row, in order. */
  readonly onLogits: (logits: Float32Array) => void;
  /** Told after each chunk and token how many ids were fed. */
  readonly onProgress?: ((fed: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ForcedRun {
  /** Negative log-likelihood of each scored row, nats. */
  readonly nlls: readonly number[];
  readonly mass: number | undefined;
  readonly slotsReadPerToken: number;
  /** Pages of the cache at the end, and at most. */
  readonly kvBytesHeld: number;
  readonly kvBytesReadPerToken: number;
  /** Median, so that kernels which compile on the way do not count. */
  readonly msPerToken: number;
}

/** Rows of a step that scores many. */
const BATCHED_ROWS = 32;

/**
 * Reads P ids densely while the methods look on, evicts where they do, then feeds the next D ids; row t is scored on the id
 * behind it. The engine does nothing else meanwhile.
 * @throws AbortedError; MemoryError when the cache cannot hold the ids
 */
export const forcedRun = (runtime: Runtime, options: ForcedRunOptions): Promise<ForcedRun> =>
  runtime.scheduler.exclusive(async () => {
    const {
      ids,
      prefill,
      decode,
      methods,
      seed = 0,
      mass = false,
      batched = false,
      onLogits,
      onProgress,
      signal,
    } = options;
    const meter = mass ? new MassMeter(runtime, prefill + decode) : undefined;
    const sequence = await ForcedSequence.begin(runtime, {
      methods,
      span: { promptEnd: prefill, maxTokens: decode },
      seed,
      ...(meter && { observer: meter.observer }),
    });
    try {
      throwIfAborted(signal);
      await sequence.prompt(ids.slice(0, prefill), {
        onFed: (tokens) => {
          onProgress?.(tokens);
          throwIfAborted(signal);
        },
      });
      meter?.start();
      const nlls: number[] = [];
      const rows = batched ? Math.min(BATCHED_ROWS, sequence.mostRows) : 1;
      let slotsRead = 0;
      let bytesRead = 0;
      const times: number[] = [];
      for (let t = 0; t < decode; t += rows) {
        throwIfAborted(signal);
        const count = Math.min(rows, decode - t);
        const at = prefill + t;
        const held = sequence.lease.residency.meanSlots;
        const started = performance.now();
        const scored = await sequence.feed({
          ids: ids.slice(at, at + count),
          phase: batched ? 'prompt' : 'decode',
          targets: ids.slice(at + 1, at + count + 1),
          logits: true,
        });
        times.push(performance.now() - started);
        for (const { nll, logits } of scored) {
          nlls.push(nll);
          onLogits(logits!);
        }
        for (let row = 0; row < count; row++) {
          const reading = readingOf(runtime, methods, held + row + 1);
          slotsRead += reading.slots;
          bytesRead += reading.bytes;
        }
        onProgress?.(at + count);
      }
      // oxlint-enable no-await-in-loop
      return {
        nlls,
        mass: await meter?.read(decode),
        slotsReadPerToken: slotsRead / decode,
        kvBytesHeld: runtime.sequences.bytesOf(sequence.lease),
        kvBytesReadPerToken: bytesRead / decode,
        msPerToken: spread(times).median,
      };
    } finally {
      sequence.dispose();
      await meter?.dispose();
    }
  });

/** What a decoded token reads of a cache that holds so many slots, its own included; bytes over all layers and heads. */
function readingOf(
  { caches, config }: Runtime,
  { kv, select, decodeMask }: SequenceMethods,
  slots: number,
): { slots: number; bytes: number } {
  const { slotBytes } = caches.of(kv);
  if (decodeMask) {
    const seen = Math.min(slots, decodeMask.window + decodeMask.sinks);
    return { slots: seen, bytes: seen * slotBytes };
  }
  if (!select) return { slots, bytes: slots * slotBytes };
  const { pageSlots = 1, dense } = select;
  // The open page of a selection of pages is read as far as it is filled.
  const unfilled = (pageSlots - (slots % pageSlots)) % pageSlots;
  const chosen = Math.min(slots, select.mostSlots - unfilled);
  const share = dense / config.layers.length;
  const read = share * slots + (1 - share) * chosen;
  // To choose, a selection reads what it keeps beside the pages, or all keys.
  const auxBytes = config.layers.reduce(
    (sum, layer) => select.aux.reduce((bytes, spec) => bytes + spec.pageBytes(layer), sum),
    0,
  );
  const looked = (1 - share) * slots * (select.aux.length > 0 ? auxBytes / PAGE_SLOTS : slotBytes / 2);
  return { slots: read, bytes: read * slotBytes + looked };
}
