import type { SpeculationReport } from '../../core/api.ts';
import { formatSpec } from '../../core/method-spec.ts';
import type { SequenceMethods } from './sequence-methods.ts';

/** What became of the drafts of an answer, or of all answers of a conversation. */
export class DraftCounts {
  /** Steps that gave tokens behind the prompt's, and how many they gave. */
  #steps = 0;
  #tokens = 0;
  /** Drafted nodes, and those that came true. */
  #proposed = 0;
  #accepted = 0;
  readonly #byDepth: number[] = [];
  readonly #bySource: Record<string, number> = {};

  /** Told of a step that gave `tokens` tokens, and of its drafts, where it had any. */
  add(
    tokens: number,
    drafts: { readonly count: number; readonly sources: readonly (string | undefined)[] } | undefined,
  ): void {
    this.#steps++;
    this.#tokens += tokens;
    this.#proposed += drafts?.count ?? 0;
    for (const source of drafts?.sources ?? [])
      if (source !== undefined) this.#bySource[source] = (this.#bySource[source] ?? 0) + 1;
    this.#accepted += tokens - 1;
    for (let depth = 0; depth < tokens - 1; depth++) this.#byDepth[depth] = (this.#byDepth[depth] ?? 0) + 1;
  }

  /** @param why why a conversation that drafts did not here */
  report({ decoding }: SequenceMethods, why: string | undefined): SpeculationReport {
    return {
      source: decoding && (why === undefined || this.#proposed > 0) ? formatSpec(decoding) : 'none',
      steps: this.#steps,
      tokensPerStep: this.#steps === 0 ? 0 : this.#tokens / this.#steps,
      proposed: this.#proposed,
      accepted: this.#accepted,
      byDepth: [...this.#byDepth],
      bySource: { ...this.#bySource },
      lossless: true,
      ...(why !== undefined && { why }),
    };
  }
}
