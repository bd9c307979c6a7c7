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
  /**
   * Each frequency is divided by its element of `rope_factors_short.weight`, or of `rope_factors_long.weight` where conversations
   * may be longer than `originalContext`; rotated vectors are multiplied by `attentionFactor`.
   */
  | { readonly kind: 'longrope'; readonly originalContext: number; readonly attentionFactor: number }
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
  /** How many of a head's dimensions turn, from the first on; even, 0 = none. */
  readonly dims: number;
  readonly scaling: RopeScaling;
}

/** A layer with attention, and the MLP beside it. */
export interface LayerConfig {
  readonly qHeads: number;
  readonly kvHeads: number;
  /** Width of a head; not always hidden / qHeads. */
  readonly headDim: number;
  /** Width of the MLP. */
  readonly ffn: number;
  /** Sliding window in tokens, or undefined for full attention. */
  readonly window: number | undefined;
  readonly rope: RopeConfig;
  /** What scores are multiplied with before the softmax; 1 / sqrt(headDim) where it is left out. */
  readonly scoreScale?: number | undefined;
  /** Scores end softly at it, after they were scaled: cap tanh(x / cap). Left out: nowhere. */
  readonly scoreCap?: number | undefined;
  /** A token sees those behind it too; a window then reaches half as far to either side. */
  readonly looksAhead?: boolean | undefined;
}

/** How the states of a text's tokens become its embedding. */
export type Pooling = 'mean' | 'cls' | 'last';

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
  /** The epsilon of every norm. */
  readonly normEpsilon: number;
  /** Whether logits come from the embedding matrix or from `output.weight`, or there are none: an encoder. */
  readonly head: 'tied' | 'separate' | 'none';
  /** How the file wants embeddings made, where it says so. */
  readonly pooling?: Pooling | undefined;
  /** Why keys cannot be turned to another position once they are stored, as a sentence; undefined: they can. */
  readonly keysStay?: string | undefined;
}
