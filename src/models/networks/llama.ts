import { attentionBlock } from '../blocks/attention.ts';
import { embeddingBlock } from '../blocks/embedding.ts';
import { gatedMlpBlock } from '../blocks/gated-mlp.ts';
import { lmHeadBlock } from '../blocks/lm-head.ts';
import { norm } from '../blocks/norm.ts';
import { ropeTables } from '../blocks/rope-tables.ts';
import { embeddingRows, readLayers, refuseExperts } from '../decoder-config.ts';
import { configError } from '../metadata-reader.ts';
import { inLayer, type Network } from '../network.ts';
import { matrix } from '../tensors.ts';

/**
 * Llama and what has its shape (SmolLM2, Mistral without a window): RMSNorm before grouped-query attention and before
 * SwiGLU, RoPE on neighbouring pairs, to which the rows of its files are permuted. https://arxiv.org/abs/2302.13971
 */
export const llama: Network = {
  architectures: ['llama'],
  keys: [
    'block_count',
    'embedding_length',
    'context_length',
    'feed_forward_length',
    'vocab_size',
    'tensor_data_layout',
    'attention.head_count',
    'attention.head_count_kv',
    'attention.key_length',
    'attention.value_length',
    'attention.layer_norm_rms_epsilon',
    'rope.dimension_count',
    'rope.freq_base',
    'rope.scale_linear',
    'rope.scaling.type',
    'rope.scaling.factor',
    'rope.scaling.attn_factor',
    'rope.scaling.original_context_length',
    'rope.scaling.finetuned',
    'rope.scaling.yarn_ext_factor',
    'rope.scaling.yarn_attn_factor',
    'rope.scaling.yarn_beta_fast',
    'rope.scaling.yarn_beta_slow',
    'rope.scaling.yarn_log_multiplier',
    'expert_count',
    'expert_used_count',
  ],

  config(file) {
    const { gguf, meta, architecture } = file;
    refuseExperts(meta);
    const layout = meta.optionalText('tensor_data_layout');
    if (layout !== undefined && layout !== 'Meta AI original pth') {
      throw configError(`The tensor data layout is "${layout}".`, 'Only "Meta AI original pth" is known.');
    }
    const hidden = meta.count('embedding_length', 2 ** 20);
    const contextLength = meta.count('context_length', 2 ** 31);
    const layers = readLayers(file, hidden, contextLength);
    return {
      architecture,
      name: file.name,
      depth: layers.length,
      layers,
      hidden,
      vocab: embeddingRows(file),
      contextLength,
      normEpsilon: meta.positive('attention.layer_norm_rms_epsilon'),
      head: gguf.tensors.has('output.weight') ? 'separate' : 'tied',
    };
  },

  blocks({ layers, hidden, vocab, normEpsilon: epsilon, head }) {
    const tied = head === 'tied';
    const embedding = matrix(tied ? 'lm-head' : 'embedding', 'token_embd.weight', hidden, vocab, 'sharded');
    const output = tied ? embedding : matrix('lm-head', 'output.weight', hidden, vocab, 'sharded');
    const tables = ropeTables(layers);
    return {
      blocks: [
        embeddingBlock(embedding),
        ...layers.flatMap((layer, index) => {
          const shared = { prefix: `blk.${index}.`, hidden, epsilon };
          return inLayer(index, [
            attentionBlock({ ...shared, index, layer, ropeTable: tables[index]! }),
            gatedMlpBlock({ ...shared, ffn: layer.ffn }),
          ]);
        }),
        lmHeadBlock(norm('output_norm.weight', hidden, epsilon), output),
      ],
      ropeTables: tables,
    };
  },
};
