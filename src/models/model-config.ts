/** What a model is, as data: sizes and switches of the network and of each layer. */

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
  /** Which dimensions turn together: (2i, 2i + 1), or (i, i + dims / 2). */
  readonly pairing: 'neighbours' | 'halves';
}

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
  /** RMSNorm on queries and keys. */
  readonly qkNorm: boolean;
  readonly biases: boolean;
  /** Soft cap of attention scores, if any. */
  readonly softcap: number | undefined;
  readonly activation: 'silu';
  /** Norms before attention and MLP ('pre'), or also after them. */
  readonly norms: 'pre' | 'pre-and-post';
}

export interface ModelConfig {
  readonly architecture: 'llama';
  readonly name: string;
  readonly layers: readonly LayerConfig[];
  readonly hidden: number;
  readonly vocab: number;
  /** Most positions the model was trained for. */
  readonly contextLength: number;
  /** The epsilon of every RMSNorm. */
  readonly normEpsilon: number;
  /** Embeddings are multiplied by it. */
  readonly embeddingScale: number;
  /** Whether logits come from the embedding matrix or from `output.weight`. */
  readonly head: 'tied' | 'separate';
  /** Soft cap of logits, if any. */
  readonly logitSoftcap: number | undefined;
}
