import type { MemoryView } from 'winnow-llm';

/** In words: which heads keep a token, in a layer or a head of it and in all. */
export function keepersOf({ layers }: MemoryView, token: number, layer: number, head: number | undefined): string {
  const keeps = layers.map((heads) => heads.map(({ positions }) => positions.includes(token)));
  const all = keeps.flat();
  const here = keeps[layer] ?? [];
  const kept = all.filter(Boolean).length;
  const inLayer =
    head === undefined
      ? `layer ${layer}: ${count(here.filter(Boolean).length, here.length)}`
      : `layer ${layer}, head ${head}: ${here[head] ? 'kept' : 'gone'}`;
  return `${inLayer}${attentionAt(layers[layer], token, head)} · whole model: ${count(kept, all.length)}.`;
}

const count = (kept: number, heads: number): string =>
  kept === 0 ? 'gone' : kept === heads ? `kept by all ${heads} heads` : `kept by ${kept} of ${heads} heads`;

/** Its share of the attention that all kept tokens of the row received; '' where nothing was noted down. */
function attentionAt(heads: MemoryView['layers'][number] = [], token: number, head: number | undefined): string {
  const chosen = head === undefined ? heads : heads.slice(head, head + 1);
  let own = 0;
  let all = 0;
  for (const { positions, mass } of chosen) {
    if (!mass) return '';
    const slot = positions.indexOf(token);
    own += mass[slot] ?? 0;
    all += mass.reduce((sum, each) => sum + each, 0);
  }
  if (own === 0 || all === 0) return '';
  return `, ${((100 * own) / all).toPrecision(2)} % of the attention`;
}
