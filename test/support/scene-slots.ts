/** Puts given keys and values into the slots of a scene of one sequence, all of f32 and each at the position of its number. */

import { Row, rowAt } from '../../src/kernels/step-layout.ts';
import type { Scene } from '../../cases/attention/scene.ts';
import { CacheWords } from '../../cases/support/cache-words.ts';

const bitsOf = (numbers: readonly number[]): readonly number[] => [
  ...new Uint32Array(Float32Array.from(numbers).buffer),
];

/** @param slots [KV head][slot] of all tokens; the last is the scene's only row */
export function fillSlots(
  scene: Scene,
  slots: readonly (readonly { readonly key: readonly number[]; readonly value: readonly number[] }[])[],
): void {
  const { kv, kvHeads, headDim, layout, layer, rowList, state, cache } = scene;
  const words = new CacheWords({ kv, kvHeads, headDim }, cache, new Float32Array(cache.length));
  const pagesAt = layout.pagesAt + (layout.layers + layer) * layout.maxPages;
  slots.forEach((list, head) =>
    list.forEach(({ key, value }, slot) => {
      const content = [...bitsOf(key), ...bitsOf(value)];
      words.write(state[pagesAt + Math.floor(slot / 64)]!, head, slot, { place: slot, mass: 0, content });
    }),
  );
  state[rowAt(layout, 0, rowList) + Row.position] = slots[0]!.length - 1;
}
