/** What a lease's pages hold, for tests that compare caches byte for byte. */

import type { Lease } from '../../src/engine/memory/lease.ts';
import type { Runtime } from '../../src/engine/runtime.ts';
import { Readback } from '../../src/gpu/readback.ts';
import { headWords, PAGE_SLOTS, positionWord } from '../../src/kernels/cache-layout.ts';

/** Words of key, value and position of every slot below `length`: [layer][slot][KV head] -> words. Nothing may be in flight. */
export async function heldWords(runtime: Runtime, lease: Lease, length: number): Promise<number[][][]> {
  const { caches, config, gpu } = runtime;
  const { kv } = lease.methods;
  const cache = caches.of(kv);
  const held: number[][][] = [];
  for (const [layer, { kvHeads, headDim }] of config.layers.entries()) {
    const pageBytes = cache.layoutBytes(layer);
    const ranges = lease.pages[layer]!.map((page): [GPUBuffer, number, number] => [
      cache.layer(layer).buffer,
      page * pageBytes,
      pageBytes,
    ]);
    const staging = new Readback(gpu, ranges.length * pageBytes, 1);
    // oxlint-disable-next-line no-await-in-loop -- one buffer at a time
    const words = await staging.submit(gpu.device.createCommandEncoder(), ranges);
    staging.dispose();
    const size = headWords(kv, headDim);
    const slotsOf = (slot: number): number[] => {
      const page = Math.floor(slot / PAGE_SLOTS) * (pageBytes / 4);
      const inPage = slot % PAGE_SLOTS;
      return Array.from({ length: kvHeads }).flatMap((_, head) => {
        const at = (side: number): number => page + ((side * kvHeads + head) * PAGE_SLOTS + inPage) * size;
        const position = page + positionWord(kv, kvHeads, headDim) + head * PAGE_SLOTS + inPage;
        return [...words.subarray(at(0), at(0) + size), ...words.subarray(at(1), at(1) + size), words[position]!];
      });
    };
    held.push(Array.from({ length }, (_, slot) => slotsOf(slot)));
  }
  return held;
}
