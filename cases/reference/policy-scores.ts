import { philox4x32 } from '../../src/core/rng.ts';
import type { ModelScore, ScoreContext } from './cache-model.ts';

const STREAM_EVICT = 3;

/** The rankings of shaders/lib/policy, by the names of their files. */
export const modelScores = {
  mass: ({ heads, head, slot }) => heads[head]![slot]!.mass,
  'layer-mass': ({ heads, slot }) => heads.reduce((sum, slots) => Math.fround(sum + slots[slot]!.mass), 0),
  recency: ({ heads, head, slot }) => heads[head]![slot]!.place,
  random: ({ heads, head, slot, layer, seed }) =>
    philox4x32([layer * heads.length + head, heads[head]![slot]!.place, STREAM_EVICT, 0], [seed, 0])[0] >>> 8,
  'pooled-mass': (context) => meanOverNeighbours(context),
} satisfies Record<string, ModelScore>;

export type PolicyScore = keyof typeof modelScores;

/** Mean over neighbouring places; zero before the first and from the newest on; places that are not beside it do not count. */
function meanOverNeighbours<T>({ heads, head, slot, newest, recent, values }: ScoreContext<T>): number {
  const pool = Number(values['pool']);
  const slots = heads[head]!;
  const { place } = slots[slot]!;
  let sum = 0;
  let count = 0;
  for (let step = -Math.floor(pool / 2); step <= Math.floor(pool / 2); step++) {
    const outside = place + step < 0 || place + step > newest - recent;
    const beside = slots[slot + step];
    if (!outside && beside?.place !== place + step) continue;
    if (!outside) sum = Math.fround(sum + beside!.mass);
    count++;
  }
  return Math.fround(sum / count);
}
