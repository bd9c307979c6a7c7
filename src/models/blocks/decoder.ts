import type { Activation } from '../../kernels/linear/activation.ts';
import type { LayerConfig, ModelConfig } from '../model-config.ts';
import { inLayer, type Block, type NetworkBlocks, type NetworkFile } from '../network.ts';
import { matrix, vector, type MatrixSpec, type VectorSpec } from '../tensors.ts';
import { attentionBlock, type HeadNorm } from './attention.ts';
import { embeddingBlock, positionsBlock } from './embedding.ts';
import { readRouting, type RoutingStyle } from '../experts.ts';
import { expertsMlp, type Routing } from './experts-mlp.ts';
import { gatedMlp } from './gated-mlp.ts';
import { lmHeadBlock, statesBlock, type LogitShape } from './lm-head.ts';
import { mlpBlock, parallelBlock } from './mlp.ts';
import { inputsFrom, type Norm, type RowsFrom } from './norm.ts';
import { plainMlp } from './plain-mlp.ts';
import { ropeTables } from './rope-tables.ts';

/** What decoders of different families do differently. Biases are not told: those that the file has are used. */
export interface DecoderStyle {
  /** Default 'rms'. */
  readonly norm?: Norm['kind'];
  /**
   * Where norms stand: 'before' each branch (the default), 'after' it, 'around' it, or before two branches that run side by side:
   * 'parallel', with one norm for both where the file has no `ffn_norm`.
   */
  readonly norms?: 'before' | 'after' | 'around' | 'parallel';
  /** Which two elements of a head turn together in its files. Default 'neighbours'. */
  readonly turns?: 'neighbours' | 'halves';
  readonly headNorm?: HeadNorm;
  /** Default 'gated'. */
  readonly mlp?: 'gated' | 'plain';
  /** Default 'silu' of a gated, 'gelu-tanh' of a plain MLP. */
  readonly activation?: Activation;
  /** How rows choose among experts; left out: the family has none. */
  readonly experts?: RoutingStyle;
  /** Multiplies the embeddings, and what every branch adds. Default 1. */
  readonly embeddingScale?: number;
  readonly branchScale?: number;
  readonly logits?: Omit<LogitShape, 'bias'>;
  /** The file has a table of positions, which are added to the embeddings. */
  readonly learnedPositions?: boolean;
}

/** What the blocks of a decoder's layer are made with. */
export interface DecoderLayer {
  /** Of its tensors' names: `blk.0.`. */
  readonly prefix: string;
  /** Its place among the layers with attention. */
  readonly index: number;
  readonly layer: LayerConfig;
  readonly ropeTable: VectorSpec;
  readonly hidden: number;
  readonly epsilon: number;
  /** Whether the file has a tensor of this name. */
  readonly has: (tensor: string) => boolean;
  /** Experts in place of the MLP, and the inner width of each. */
  readonly experts?: { readonly routing: Routing; readonly ffn: number } | undefined;
}

/** Attention and an MLP as the style has them. */
export function decoderLayer(made: DecoderLayer, style: DecoderStyle = {}): Block[] {
  const { prefix, index, layer, has, hidden, epsilon } = made;
  const { norms = 'before', turns, headNorm, activation, branchScale: factor } = style;
  const normOf = (name: string): Norm => decoderNorm(`${prefix}${name}`, { hidden, epsilon, layer: index, has }, style);
  const after = norms === 'after' || norms === 'around';
  const biased = (name: string): boolean => has(`${prefix}${name}.bias`);
  const shared = norms === 'parallel' && !has(`${prefix}ffn_norm.weight`);
  const fromOf = (name: string): RowsFrom => (norms === 'after' ? 'stream' : normOf(name));
  const mlpOf = style.mlp === 'plain' ? plainMlp : gatedMlp;
  const dense = () =>
    mlpOf({
      prefix,
      index,
      hidden,
      epsilon,
      ffn: layer.ffn,
      from: fromOf(shared ? 'attn_norm' : 'ffn_norm'),
      ...(activation && { activation }),
      biased,
      fused: !has(`${prefix}ffn_gate.weight`),
      factor,
      after: after ? normOf('post_ffw_norm') : undefined,
    });
  const mlp = made.experts
    ? expertsMlp({ prefix, hidden, factor, from: normOf('ffn_norm'), ...made.experts })
    : dense();
  const attention = attentionBlock({
    ...made,
    // Side by side the MLP's inner values come first, and leave the rows that were normalised for both.
    from: shared ? 'normed' : fromOf('attn_norm'),
    ...(turns && { turns }),
    fused: has(`${prefix}attn_qkv.weight`),
    biased,
    headNorm,
    factor,
    after: after ? normOf('post_attention_norm') : undefined,
  });
  return norms === 'parallel' ? [parallelBlock(attention, mlp)] : [attention, mlpBlock(mlp)];
}

/** The norm of this name, without `.weight`, as the style has norms; with the bias that the file has. */
function decoderNorm(
  name: string,
  { hidden, epsilon, layer, has }: Pick<DecoderLayer, 'hidden' | 'epsilon' | 'has'> & { readonly layer: number },
  { norm: kind = 'rms' }: DecoderStyle,
): Norm {
  const bias = `${name}.bias`;
  return {
    kind,
    gain: vector(`${name}.weight`, hidden),
    // RMSNorm has none: a file with one is refused, for its tensor has no place.
    bias: kind === 'layer' && has(bias) ? vector(bias, hidden) : undefined,
    epsilon,
    layer,
  };
}

/** Embedding, layers that all have attention, the last norm and the head, which may be the embedding again. */
export function decoder(
  { layers, hidden, vocab, normEpsilon: epsilon, head, contextLength }: ModelConfig,
  { gguf, meta }: NetworkFile,
  style: DecoderStyle = {},
): NetworkBlocks {
  const has = (tensor: string): boolean => gguf.tensors.has(tensor);
  const tied = head === 'tied';
  const tables = ropeTables(layers);
  const routing = readRouting(meta, style.experts);
  const expertWidth = meta.optionalCount('expert_feed_forward_length', 2 ** 24);
  const lastNorm = decoderNorm('output_norm', { hidden, epsilon, layer: layers.length, has }, style);
  const headOf = (name: string): MatrixSpec => ({
    ...matrix('lm-head', name, hidden, vocab, 'sharded'),
    ...inputsFrom(lastNorm),
  });
  const table = 'token_embd.weight';
  const embedding = tied ? headOf(table) : matrix('embedding', table, hidden, vocab, 'sharded');
  const output = tied ? embedding : headOf('output.weight');
  const bias = has('output.bias') ? vector('output.bias', vocab) : undefined;
  const ending = (): Block =>
    head === 'none' ? statesBlock(lastNorm) : lmHeadBlock(lastNorm, output, { ...style.logits, bias });
  return {
    blocks: [
      embeddingBlock(embedding, style.embeddingScale),
      ...(style.learnedPositions
        ? [positionsBlock(matrix('embedding', 'position_embd.weight', hidden, contextLength))]
        : []),
      ...layers.flatMap((layer, index) => {
        const experts = routing && { routing, ffn: expertWidth || layer.ffn };
        const made = {
          prefix: `blk.${index}.`,
          index,
          layer,
          ropeTable: tables[index]!,
          hidden,
          epsilon,
          has,
          experts,
        };
        return inLayer(index, decoderLayer(made, style));
      }),
      ending(),
    ],
    ropeTables: tables,
  };
}
