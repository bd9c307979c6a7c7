import type { Activation } from '../../kernels/linear/activation.ts';
import type { ModelConfig } from '../model-config.ts';
import { inLayer, type NetworkBlocks, type NetworkFile } from '../network.ts';
import { matrix, type VectorSpec } from '../tensors.ts';
import { attentionBlock } from './attention.ts';
import { embeddingBlock, positionsBlock } from './embedding.ts';
import { gatedMlp } from './gated-mlp.ts';
import { mlpBlock } from './mlp.ts';
import { plainMlp } from './plain-mlp.ts';
import { ropeTables } from './rope-tables.ts';
import { streamNormBlock } from './stream-norm.ts';

/** What encoders of different families do differently. Biases are not told: those that the file has are used. */
export interface EncoderStyle {
  readonly mlp: 'gated' | 'plain';
  readonly activation: Activation;
}

/** Every token is of the first type: a text by itself. */
const firstType = (hidden: number, types: number): VectorSpec => ({
  kind: 'vector',
  tensors: [{ name: 'token_types.weight', shape: [hidden, types] }],
  make: ([table]) => table!.slice(0, hidden),
});

/** Embeddings of tokens, positions and types, then layers whose sums are normalised; the states are those of the stream. */
export function encoder(
  { layers, hidden, vocab, normEpsilon: epsilon, contextLength }: ModelConfig,
  { gguf }: NetworkFile,
  { mlp: kind, activation }: EncoderStyle,
): NetworkBlocks {
  const { tensors } = gguf;
  const tables = ropeTables(layers);
  const types = tensors.get('token_types.weight')?.shape[1];
  const normOf = (name: string, layer: number, shift?: VectorSpec) =>
    streamNormBlock({ name, hidden, epsilon, layer, ...(shift && { shift }) });
  return {
    blocks: [
      embeddingBlock(matrix('embedding', 'token_embd.weight', hidden, vocab, 'sharded')),
      ...(tensors.has('position_embd.weight')
        ? [positionsBlock(matrix('embedding', 'position_embd.weight', hidden, contextLength))]
        : []),
      normOf('token_embd_norm', 0, types === undefined ? undefined : firstType(hidden, types)),
      ...layers.flatMap((layer, index) => {
        const prefix = `blk.${index}.`;
        const biased = (name: string): boolean => tensors.has(`${prefix}${name}.bias`);
        const made = { prefix, index, hidden, epsilon, from: 'stream', biased } as const;
        const mlpOf = kind === 'gated' ? gatedMlp : plainMlp;
        return inLayer(index, [
          attentionBlock({
            ...made,
            layer,
            ropeTable: tables[index]!,
            turns: 'halves',
            fused: tensors.has(`${prefix}attn_qkv.weight`),
          }),
          normOf(`${prefix}attn_output_norm`, index),
          mlpBlock(mlpOf({ ...made, ffn: layer.ffn, activation })),
          normOf(`${prefix}layer_output_norm`, index),
        ]);
      }),
    ],
    ropeTables: tables,
    states: 'hidden',
  };
}
