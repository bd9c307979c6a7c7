import { describe, expect, it } from 'vitest';
import { ModelFileError } from '../../../src/core/errors.ts';
import { readConfig } from '../../../src/models/read-network.ts';
import { bytesSource } from '../../../src/weights/byte-source.ts';
import { parseGguf } from '../../../src/weights/gguf.ts';
import { openNodeFile } from '../../../src/weights/node-file.ts';
import type { WriterTensor } from '../../support/gguf-writer.ts';
import { modelPath } from '../../support/model-path.ts';
import { failureOf } from '../../support/failure.ts';
import { tinyModel, type TinyModelOptions } from '../../support/tiny-model.ts';

const configOf = async (options: TinyModelOptions = {}) => readConfig(await parseGguf(bytesSource(tinyModel(options))));
const f32 = (...shape: number[]): WriterTensor => ({
  type: 'F32',
  shape,
  bytes: new Uint8Array(4 * shape.reduce((a, b) => a * b, 1)),
});
const failure = (options: TinyModelOptions): Promise<ModelFileError> => failureOf(configOf(options), ModelFileError);

describe('readConfig', () => {
  it('reads a tiny model', async () => {
    const config = await configOf({
      layers: 3,
      hidden: 64,
      qHeads: 4,
      kvHeads: 2,
      headDim: 16,
      ffn: 96,
      vocab: 333,
      contextLength: 77,
    });
    const layer = {
      qHeads: 4,
      kvHeads: 2,
      headDim: 16,
      ffn: 96,
      window: undefined,
      rope: { base: 10_000, dims: 16, scaling: { kind: 'none' } },
    };
    expect(config).toEqual({
      architecture: 'llama',
      name: 'tiny random model',
      depth: 3,
      layers: [layer, layer, layer],
      hidden: 64,
      vocab: 333,
      contextLength: 77,
      normEpsilon: Math.fround(1e-5),
      head: 'tied',
    });
  });

  it('takes fewer tokens than rows, and settings of other networks that change nothing', async () => {
    const plain = await configOf();
    const metadata = {
      'tokenizer.ggml.tokens': ['a', 'b'],
      'llama.attention.causal': true,
      'llama.attention.sliding_window': { u32: 0 },
      'llama.logit_scale': { f32: 1 },
      'llama.pooling_type': { u32: 0 },
      'llama.nextn_predict_layers': { u32: 0 },
      'llama.use_parallel_residual': { u8: 0 },
    };
    expect(await configOf({ metadata })).toEqual(plain);
  });

  it('reads the real model', async () => {
    const source = await openNodeFile(modelPath());
    const config = readConfig(await parseGguf(source));
    await source.close();
    expect(config).toMatchObject({ hidden: 576, vocab: 49_152, contextLength: 8192, head: 'tied' });
    expect(config.layers).toHaveLength(30);
    expect(config.layers[29]).toMatchObject({
      qHeads: 9,
      kvHeads: 3,
      headDim: 64,
      ffn: 1536,
      rope: { base: 100_000, dims: 64 },
    });
  });

  it('takes a head width that is not hidden / heads', async () => {
    const { layers } = await configOf({ hidden: 64, qHeads: 2, kvHeads: 1, headDim: 48 });
    expect(layers[0]).toMatchObject({ qHeads: 2, kvHeads: 1, headDim: 48 });
  });

  it('takes sizes per layer, and key-value heads from the query heads when they are missing', async () => {
    const perLayer = await configOf({ metadata: { 'llama.feed_forward_length': Int32Array.of(96, 96) } });
    expect(perLayer.layers.map(({ ffn }) => ffn)).toEqual([96, 96]);
    const multiHead = await configOf({
      qHeads: 4,
      kvHeads: 4,
      metadata: { 'llama.attention.head_count_kv': undefined },
    });
    expect(multiHead.layers[0]!.kvHeads).toBe(4);
  });

  it('sees a separate head, Llama 3 factors, linear scaling and YaRN', async () => {
    expect((await configOf({ tied: false })).head).toBe('separate');
    const scaling = async (options: TinyModelOptions) => (await configOf(options)).layers[1]!.rope.scaling;
    expect(await scaling({ ropeFreqs: true })).toEqual({ kind: 'llama3' });
    expect(
      await scaling({ metadata: { 'llama.rope.scaling.type': 'linear', 'llama.rope.scaling.factor': { f32: 4 } } }),
    ).toEqual({ kind: 'linear', factor: 4 });
    expect(await scaling({ metadata: { 'llama.rope.scale_linear': { f32: 2 } } })).toEqual({
      kind: 'linear',
      factor: 2,
    });
    expect(
      await scaling({ metadata: { 'llama.rope.scaling.type': 'none', 'llama.rope.scaling.factor': { f32: 4 } } }),
    ).toEqual({ kind: 'none' });
    expect(
      await scaling({ metadata: { 'llama.rope.scaling.type': 'yarn', 'llama.rope.scaling.factor': { f32: 8 } } }),
    ).toEqual({
      kind: 'yarn',
      factor: 8,
      originalContext: 512,
      betaFast: 32,
      betaSlow: 1,
      attentionFactor: 1,
    });
  });

  it.each<[string, string, RegExp, TinyModelOptions]>([
    [
      'another architecture',
      'model-architecture',
      /"rwkv7" is not supported yet/,
      { metadata: { 'general.architecture': 'rwkv7' } },
    ],
    [
      'no architecture',
      'gguf-missing-key',
      /general.architecture/,
      { metadata: { 'general.architecture': undefined } },
    ],
    ['an adapter', 'model-config', /"adapter"/, { metadata: { 'general.type': 'adapter' } }],
    ['a part of a split file', 'model-config', /3 parts/, { metadata: { 'split.count': { u16: 3 } } }],
    [
      'experts that are not there',
      'gguf-missing-tensor',
      /blk.0.ffn_gate_inp.weight/,
      { metadata: { 'llama.expert_count': { u32: 8 }, 'llama.expert_used_count': { u32: 2 } } },
    ],
    ['an odd number of experts', 'model-config', /7 experts/, { metadata: { 'llama.expert_count': { u32: 7 } } }],
    [
      'an unknown key of the family',
      'model-config',
      /llama.attention.key_length_mla/,
      { metadata: { 'llama.attention.key_length_mla': { u32: 4 } } },
    ],
    [
      'attention that looks ahead',
      'model-config',
      /llama.attention.causal/,
      { metadata: { 'llama.attention.causal': false } },
    ],
    ['no layers', 'gguf-missing-key', /llama.block_count/, { metadata: { 'llama.block_count': undefined } }],
    ['0 layers', 'model-config', /block_count" is 0/, { metadata: { 'llama.block_count': { u32: 0 } } }],
    [
      'absurdly many layers',
      'model-config',
      /block_count" is 4000000000/,
      { metadata: { 'llama.block_count': { u32: 4e9 } } },
    ],
    [
      'more layers than tensors',
      'gguf-missing-tensor',
      /blk.2.attn_norm.weight/,
      { metadata: { 'llama.block_count': { u32: 3 } } },
    ],
    [
      'fewer layers than tensors',
      'model-config',
      /blk.1.attn_norm.weight/,
      { metadata: { 'llama.block_count': { u32: 1 } } },
    ],
    [
      'text for a number',
      'model-config',
      /embedding_length" is "64"/,
      { metadata: { 'llama.embedding_length': '64' } },
    ],
    [
      'a fraction of a head',
      'model-config',
      /head_count" is 1.5/,
      { metadata: { 'llama.attention.head_count': { f32: 1.5 } } },
    ],
    [
      'a list of the wrong length',
      'model-config',
      /an array of 3/,
      { metadata: { 'llama.feed_forward_length': Int32Array.of(96, 96, 96) } },
    ],
    [
      'heads that do not divide',
      'model-config',
      /4 query heads and 3/,
      { metadata: { 'llama.attention.head_count_kv': { u32: 3 } } },
    ],
    [
      'a width that heads do not divide',
      'model-config',
      /64 does not divide into 5/,
      { metadata: { 'llama.attention.head_count': { u32: 5 } } },
    ],
    [
      'values wider than keys',
      'model-config',
      /32 wide, keys 16/,
      { metadata: { 'llama.attention.value_length': { u32: 32 } } },
    ],
    [
      'an epsilon of 0',
      'model-config',
      /rms_epsilon" is 0/,
      { metadata: { 'llama.attention.layer_norm_rms_epsilon': { f32: 0 } } },
    ],
    [
      'an epsilon that is no number',
      'model-config',
      /rms_epsilon" is NaN/,
      { metadata: { 'llama.attention.layer_norm_rms_epsilon': { f32: NaN } } },
    ],
    [
      'another vocabulary size',
      'model-config',
      /319, but the embedding has 320/,
      { metadata: { 'llama.vocab_size': { u32: 319 } } },
    ],
    [
      'more tokens than rows',
      'model-config',
      /321 tokens, but the embedding has 320/,
      { metadata: { 'tokenizer.ggml.tokens': Array.from({ length: 321 }, (_, id) => `t${id}`) } },
    ],
    [
      'RoPE over more than a head',
      'model-config',
      /18 of 16/,
      { metadata: { 'llama.rope.dimension_count': { u32: 18 } } },
    ],
    ['RoPE over an odd width', 'model-config', /7 of 16/, { metadata: { 'llama.rope.dimension_count': { u32: 7 } } }],
    ['an unknown RoPE scaling', 'model-config', /"longrope"/, { metadata: { 'llama.rope.scaling.type': 'longrope' } }],
    [
      'two RoPE scalings',
      'model-config',
      /both rope_freqs/,
      { ropeFreqs: true, metadata: { 'llama.rope.scaling.factor': { f32: 4 } } },
    ],
    [
      'a YaRN log multiplier',
      'model-config',
      /log multiplier 1/,
      {
        metadata: { 'llama.rope.scaling.type': 'yarn', 'llama.rope.scaling.yarn_log_multiplier': { f32: 1 } },
      },
    ],
    [
      'a missing tensor',
      'gguf-missing-tensor',
      /"blk.1.ffn_up.weight".*\[64, 96\]/,
      { tensors: { 'blk.1.ffn_up.weight': undefined } },
    ],
    ['no embedding', 'gguf-missing-tensor', /token_embd/, { tensors: { 'token_embd.weight': undefined } }],
    [
      'a tensor of another shape',
      'model-config',
      /\[96, 65\].*\[96, 64\]/,
      { tensors: { 'blk.0.ffn_down.weight': f32(96, 65) } },
    ],
    [
      'a tensor of higher rank',
      'model-config',
      /\[64, 96, 2\]/,
      { tensors: { 'blk.0.ffn_up.weight': f32(64, 96, 2) } },
    ],
    [
      'a bias of a norm',
      'model-config',
      /bias "blk.0.attn_norm.bias"/,
      { tensors: { 'blk.0.attn_norm.bias': f32(64) } },
    ],
    [
      'a bias of another length',
      'model-config',
      /"blk.0.attn_q.bias" has the shape \[63\]/,
      { tensors: { 'blk.0.attn_q.bias': f32(63) } },
    ],
    [
      'an unknown tensor',
      'model-config',
      /"blk.0.attn_q_norm.weight"/,
      { tensors: { 'blk.0.attn_q_norm.weight': f32(16) } },
    ],
    [
      'RoPE factors of the wrong length',
      'model-config',
      /rope_freqs.weight" has the shape \[7\]/,
      { ropeFreqs: new Float32Array(7).fill(1) },
    ],
    [
      'a norm that is not F32',
      'model-config',
      /output_norm.weight" is of type F16/,
      {
        tensors: { 'output_norm.weight': { type: 'F16', shape: [64], bytes: new Uint8Array(128) } },
      },
    ],
  ])('refuses %s', async (_what, code, message, options) => {
    const error = await failure(options);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });
});
