import type { HeadMemory, MemoryView } from '../../core/api.ts';
import { ceilDiv } from '../../core/invariant.ts';
import { massBuffer } from '../../kernels/aux-buffer.ts';
import { PAGE_SLOTS, positionWord } from '../../kernels/cache-layout.ts';
import { Readback } from '../../gpu/readback.ts';
import type { Lease } from '../memory/lease.ts';
import type { Runtime } from '../runtime.ts';

/**
 * Reads from the GPU which positions each layer and KV head of a lease holds. Nothing may be in flight.
 * @param text the ids that the lease was fed from
 */
export async function readMemory(
  runtime: Runtime,
  lease: Lease | undefined,
  text: readonly number[],
): Promise<MemoryView> {
  const { caches, config, sequences, state } = runtime;
  const bytes = lease ? sequences.bytesOf(lease) : 0;
  if (lease?.sequence === undefined || lease.length === 0)
    return { tokens: 0, ids: [], bytes, fullBytes: 0, layers: config.layers.map(({ kvHeads }) => emptyHeads(kvHeads)) };
  const { kv, cache: method } = lease.methods;
  const cache = caches.of(kv);
  const { layers: layerCount, kvStride, lengthsAt } = state.layout;
  const lengthsWords = layerCount * kvStride;
  const ranges: [GPUBuffer, number, number][] = [
    [state.array.buffer, (lengthsAt + lease.sequence * lengthsWords) * 4, lengthsWords * 4],
  ];
  const observed = method?.policy.observes !== undefined;
  config.layers.forEach(({ kvHeads, headDim }, layer) => {
    const pageBytes = cache.layoutBytes(layer);
    const sectionBytes = kvHeads * PAGE_SLOTS * 4;
    for (const page of lease.pages[layer]!) {
      ranges.push([cache.layer(layer).buffer, page * pageBytes + positionWord(kv, kvHeads, headDim) * 4, sectionBytes]);
      if (observed) ranges.push([cache.aux(layer, massBuffer)!.buffer, page * sectionBytes, sectionBytes]);
    }
  });
  const words = await readRanges(runtime, ranges);
  const floats = new Float32Array(words.buffer);
  let at = lengthsWords;
  const computed = positionsOf(lease);
  const layers = config.layers.map(({ kvHeads }, layer): HeadMemory[] => {
    const pages = lease.pages[layer]!.length;
    const section = kvHeads * PAGE_SLOTS;
    const start = at;
    const stride = observed ? 2 * section : section;
    at += pages * stride;
    return Array.from({ length: kvHeads }, (_, head) => {
      const length = words[layer * kvStride + head]!;
      const slots = Array.from({ length }, (__, slot) => {
        const word = start + Math.floor(slot / PAGE_SLOTS) * stride + head * PAGE_SLOTS + (slot % PAGE_SLOTS);
        return { position: words[word]!, mass: observed ? floats[word + section]! : 0 };
      })
        .filter(({ position }) => position < computed[layer]!)
        .toSorted((a, b) => a.position - b.position);
      return {
        positions: slots.map(({ position }) => position),
        ...(observed && { mass: slots.map(({ mass }) => mass) }),
      };
    });
  });
  const pageBytes = cache.pageBytes.reduce((sum, page) => sum + page, 0);
  const fullBytes = ceilDiv(lease.length, PAGE_SLOTS) * pageBytes;
  return { tokens: lease.length, ids: text.slice(0, lease.length), bytes, fullBytes, layers };
}

/** In each layer the position from which on nothing is kept: steps that were in flight at a stop have written there. */
function positionsOf({ length, residency, methods }: Lease): number[] {
  const layers = residency.layerSlots;
  if (methods.cache?.policy.positions !== 'rank') return layers.map(() => length);
  const compete = (residency.rule?.spread ?? 1) > 1;
  return layers.map((slots) => (compete ? length : slots));
}

async function readRanges(
  { gpu }: Runtime,
  ranges: readonly [GPUBuffer, number, number][],
): Promise<Uint32Array<ArrayBuffer>> {
  const bytes = ranges.reduce((sum, [, , size]) => sum + size, 0);
  const staging = new Readback(gpu, bytes, 1);
  try {
    return await staging.submit(gpu.device.createCommandEncoder(), ranges);
  } finally {
    staging.dispose();
  }
}

const emptyHeads = (kvHeads: number): HeadMemory[] => Array.from({ length: kvHeads }, () => ({ positions: [] }));
