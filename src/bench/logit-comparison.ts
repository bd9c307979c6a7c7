import { standardError } from './statistics.ts';

/** How far apart two models' next-token distributions are, over many places. */
export interface LogitDifference {
  readonly places: number;
  /** Mean of KL(reference || other), nats. */
  readonly kl: number;
  /** Standard error of that mean; absent for fewer than two places. */
  readonly klError?: number;
  /** The value that 99 of 100 places do not exceed. */
  readonly klP99: number;
  /** Share of places where both have the same likeliest token (ties to the lower id). */
  readonly top1Agreement: number;
}

/** Gathers the differences between pairs of rows of logits, in float64. */
export class LogitComparison {
  readonly #divergences: number[] = [];
  #agreeing = 0;

  /** Adds one place: logits [vocab] of the reference and of the other. */
  add(reference: Float32Array, other: Float32Array): void {
    this.#divergences.push(divergence(reference, other));
    if (likeliest(reference) === likeliest(other)) this.#agreeing++;
  }

  get result(): LogitDifference {
    const places = this.#divergences.length;
    const sorted = this.#divergences.toSorted((a, b) => a - b);
    const klError = standardError(sorted);
    return {
      places,
      kl: sorted.reduce((sum, value) => sum + value, 0) / Math.max(1, places),
      ...(klError !== undefined && { klError }),
      klP99: sorted[Math.max(0, Math.ceil(0.99 * places) - 1)] ?? 0,
      top1Agreement: this.#agreeing / Math.max(1, places),
    };
  }
}

/** KL(p || q) of the softmaxes of two rows of logits, in nats: sum p (log p - log q), never below 0. */
export function divergence(p: Float32Array, q: Float32Array): number {
  const lseP = logSumExp(p);
  const lseQ = logSumExp(q);
  let sum = 0;
  for (let i = 0; i < p.length; i++) {
    const logP = p[i]! - lseP;
    sum += Math.exp(logP) * (logP - (q[i]! - lseQ));
  }
  return Math.max(0, sum);
}

export function logSumExp(logits: Float32Array): number {
  let top = Number.NEGATIVE_INFINITY;
  for (const logit of logits) top = Math.max(top, logit);
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - top);
  return top + Math.log(sum);
}

function likeliest(logits: Float32Array): number {
  let best = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i]! > logits[best]!) best = i;
  return best;
}
