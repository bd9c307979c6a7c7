import type { LayerConfig, ModelConfig } from '../model-config.ts';
import { inLayer, type Block, type NetworkBlocks } from '../network.ts';
import { matrix, type MatrixSpec, type VectorSpec } from '../tensors.ts';
import { attentionBlock } from './attention.ts';
import { embeddingBlock } from './embedding.ts';
import { gatedMlpBlock } from './gated-mlp.ts';
import { lmHeadBlock } from './lm-head.ts';
import { norm } from './norm.ts';

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
}

/** RMSNorm before attention, RMSNorm before a gated MLP. */
export const preNormLayer = (made: DecoderLayer): Block[] => [
  attentionBlock(made),
  gatedMlpBlock({ ...made, ffn: made.layer.ffn }),
];

/** Embedding, layers that all have attention, the last norm and the head, which may be the embedding again. */
export function decoder(
  { layers, hidden, vocab, normEpsilon: epsilon, head }: ModelConfig,
  ropeTables: readonly VectorSpec[],
  layerBlocks: (layer: DecoderLayer) => Block[] = preNormLayer,
): NetworkBlocks {
  const tied = head === 'tied';
  const finalNorm = norm('output_norm.weight', hidden, epsilon, layers.length);
  const headOf = (name: string): MatrixSpec => ({
    ...matrix('lm-head', name, hidden, vocab, 'sharded'),
    inputs: { from: 'norm', gain: finalNorm.gain },
  });
  const table = 'token_embd.weight';
  const embedding = tied ? headOf(table) : matrix('embedding', table, hidden, vocab, 'sharded');
  const output = tied ? embedding : headOf('output.weight');
  return {
    blocks: [
      embeddingBlock(embedding),
      ...layers.flatMap((layer, index) => {
        const made = { prefix: `blk.${index}.`, index, layer, ropeTable: ropeTables[index]!, hidden, epsilon };
        return inLayer(index, layerBlocks(made));
      }),
      lmHeadBlock(finalNorm, output),
    ],
    ropeTables,
  };
}
