import { Random } from '../../core/rng.ts';
import type { Gpu } from '../../gpu/device.ts';

/** A mask that leaves each half float, and so each float, of a word below 2 in size: sums of random bits would overflow. */
export const SMALL_FLOATS = 0xbfffbfff;

const MOST_WORDS = 2 ** 16;

/** Fills a buffer with random words under a mask, over and over the same ones. */
export function fillRandom(gpu: Gpu, buffer: GPUBuffer, mask: number): void {
  const random = new Random(5);
  const words = Uint32Array.from({ length: Math.min(MOST_WORDS, buffer.size / 4) }, () => (random.word() & mask) >>> 0);
  const seed = gpu.createBuffer('random words', words.byteLength);
  gpu.write(seed, 0, words);
  const encoder = gpu.device.createCommandEncoder();
  for (let at = 0; at < buffer.size; at += seed.size)
    encoder.copyBufferToBuffer(seed, 0, buffer, at, Math.min(seed.size, buffer.size - at));
  gpu.submit([encoder.finish()]);
  gpu.destroyBuffer(seed);
}
