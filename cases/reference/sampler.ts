import { philox4x32, toUnit } from '../../src/core/rng.ts';

/** The settings of a sequence, as the definitions name them. */
export interface ReferenceSettings {
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
  readonly repetition: number;
  readonly presence: number;
  readonly frequency: number;
  readonly seed: number;
}

/** What the definitions give for a row, and how far they are from giving something else. */
export interface ReferenceDraw {
  readonly token: number;
  /** Ids that sampling may return, ascending. */
  readonly survivors: readonly number[];
  /** Score of the winner less that of the next; Infinity for one survivor. */
  readonly margin: number;
  /** How near top-p and min-p are to keeping another number of tokens: a share of the mass, a difference in nats. */
  readonly cutMargin: number;
}

/** Penalties by their definition: repetition on prompt and output, presence and frequency on the output. */
export function penalised(
  logit: number,
  inPrompt: boolean,
  outputCount: number,
  { repetition, presence, frequency }: Pick<ReferenceSettings, 'repetition' | 'presence' | 'frequency'>,
): number {
  let value = logit;
  if (inPrompt || outputCount > 0) value = value > 0 ? value / repetition : value * repetition;
  if (outputCount > 0) value -= presence;
  return value - frequency * outputCount;
}

/** Standard Gumbel noise of a token id at a position. */
export function gumbel(id: number, position: number, seed: number): number {
  const u = toUnit(philox4x32([id, position, 0, 0], [seed, 0])[0]);
  return -Math.log(-(u > 0.5 ? Math.log1p(u - 1) : Math.log(u)));
}

/**
 * Draws a token from logits that are penalised already: temperature, top-k, top-p, min-p, then Gumbel-max.
 * @param position the position of the token that is drawn
 */
export function referenceSample(
  logits: ArrayLike<number>,
  settings: ReferenceSettings,
  position: number,
): ReferenceDraw {
  const { temperature, topK, topP, minP, seed } = settings;
  const order = Array.from({ length: logits.length }, (_, id) => id).toSorted(
    (a, b) => logits[b]! - logits[a]! || a - b,
  );
  const top = logits[order[0]!]!;
  if (temperature === 0) return { token: order[0]!, survivors: [order[0]!], margin: Infinity, cutMargin: Infinity };

  const weight = (id: number): number => Math.exp((logits[id]! - top) / temperature);
  let kept = topK > 0 ? order.slice(0, topK) : order;
  let cutMargin = Infinity;
  if (topP < 1) {
    const total = kept.reduce((sum, id) => sum + weight(id), 0);
    let mass = 0;
    let count = 0;
    while (count < kept.length && (count === 0 || mass < topP * total)) {
      cutMargin = Math.min(cutMargin, Math.abs(mass / total - topP));
      mass += weight(kept[count++]!);
    }
    cutMargin = Math.min(cutMargin, Math.abs(mass / total - topP));
    kept = kept.slice(0, count);
  }
  if (minP > 0) {
    const edge = Math.log(minP);
    for (const id of kept) {
      const distance = Math.abs((logits[id]! - top) / temperature - edge);
      if (logits[id] !== top) cutMargin = Math.min(cutMargin, distance);
    }
    kept = kept.filter((id) => logits[id] === top || (logits[id]! - top) / temperature >= edge);
  }

  let best = { id: kept[0]!, score: -Infinity };
  let second = -Infinity;
  for (const id of kept.toSorted((a, b) => a - b)) {
    const score = (logits[id]! - top) / temperature + gumbel(id, position, seed);
    if (score > best.score) {
      second = best.score;
      best = { id, score };
    } else second = Math.max(second, score);
  }
  return { token: best.id, survivors: kept.toSorted((a, b) => a - b), margin: best.score - second, cutMargin };
}
