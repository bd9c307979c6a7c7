/**
 * What a model is, as data: the sizes that cache, attention and reports go by. What only a network's own blocks read (a
 * scale, a cap, an activation) is an argument of theirs, so that no field is written that nothing reads.
 */

export type RopeScaling =
  | { readonly kind: 'none' }
  /** All positions are divided by `factor`. */
  | { readonly kind: 'linear'; readonly factor: number }
  /** Each frequency is divided by its element of `rope_freqs.weight`, as Llama 3.1 and later have it. */
  | { readonly kind: 'llama3' }
  /** Slow frequencies are divided by `factor`, fast ones kept, those between blended. */
  | {
      readonly kind: 'yarn';
      readonly factor: number;
      readonly originalContext: number;
      /** Dimensions that turn more often than this in the original context keep their frequency. */
      readonly betaFast: number;
      /** Dimensions that turn less often than this in the original context are scaled wholly. */
      readonly betaSlow: number;
      /** Multiplies YaRN's own magnitude. */
      readonly attentionFactor: number;
    };

export interface RopeConfig {
  readonly base: number;
  /** How many of a head's dimensions turn, from the first on; even. */
  readonly dims: number;
  readonly scaling: RopeScaling;
}

/** A layer with attention, and the MLP beside it. */
export interface LayerConfig {
  readonly qHeads: number;
  readonly kvHeads: number;
  /** Width of a head; not always hidden / qHeads. */
  readonly headDim: number;
  /** Width of the gated MLP. */
  readonly ffn: number;
  /** Sliding window in tokens, or undefined for full attention. */
  readonly window: number | undefined;
  readonly rope: RopeConfig;
}

export interface ModelConfig {
  readonly architecture: string;
  readonly name: string;
  /** Layers of the network, of whatever kind. */
  readonly depth: number;
  /**
   * Those with attention, in order: caches, lengths and page tables go by their place here. A layer that keeps no keys and
   * values (a running state, a convolution) is none of them.
   */
  readonly layers: readonly LayerConfig[];
  readonly hidden: number;
  readonly vocab: number;
  /** Most positions the model was trained for. */
  readonly contextLength: number;
  /** The epsilon of every RMSNorm. */
  readonly normEpsilon: number;
  /** Whether logits come from the embedding matrix or from `output.weight`. */
  readonly head: 'tied' | 'separate';
}
