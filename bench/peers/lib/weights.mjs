// The model in the forms that the sides read; conversions are kept until the model or the converter changes.
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, say, writeJson } from '../../../scripts/lib/project.mjs';
import { peersCache, peersFolder } from './paths.mjs';
import { importTypeScript } from './typescript.mjs';

/** Positions of the rotary tables in converted files. */
export const ONNX_CONTEXT = 2048;

/**
 * The model as an ONNX file.
 * @param {{ gguf: string, attentionMask?: boolean }} options attentionMask: with the inputs that transformers.js gives
 * @returns {Promise<{ path: string, network: object, label: string }>} label: the weights in words
 * @throws {Error} when the converter does not know the network
 */
export async function onnxWeights({ gguf, attentionMask = false }) {
  const key = conversionKey(gguf);
  const folder = join(peersCache, 'weights', attentionMask ? 'with-mask' : 'plain');
  const path = join(folder, 'model.onnx');
  const memory = join(folder, 'conversion.json');
  let made = readJson(memory);
  if (made?.key !== key || statSync(path, { throwIfNoEntry: false })?.size !== made.bytes) {
    say('converting the weights to ONNX');
    mkdirSync(folder, { recursive: true });
    const { convertToOnnx } = await importTypeScript('bench/peers/convert/convert.ts');
    made = { key, ...(await convertToOnnx(gguf, path, { context: ONNX_CONTEXT, attentionMask })) };
    writeJson(memory, made);
  }
  const { config, int4RelativeRms, int8RelativeRms } = made;
  const [{ kvHeads, headDim }] = config.layers;
  return {
    path,
    config,
    network: { layers: config.layers.length, kvHeads, headDim },
    label:
      `ONNX, int4 blocks of 32 with whole zero points (differs from the file by ${percent(int4RelativeRms)} RMS), ` +
      `8-bit embedding and head (${percent(int8RelativeRms)}), f32 activations and cache`,
  };
}

/** A folder as transformers.js reads it: `<folder>/<name>/config.json` and `onnx/model_q4.onnx`. */
export async function transformersFolder({ gguf }) {
  const { path, config, label } = await onnxWeights({ gguf, attentionMask: true });
  const folder = join(peersCache, 'weights', 'transformers');
  const name = 'model';
  mkdirSync(join(folder, name, 'onnx'), { recursive: true });
  copyFileSync(path, join(folder, name, 'onnx', 'model_q4.onnx'));
  const [{ qHeads, kvHeads, headDim, ffn, rope }] = config.layers;
  const json = {
    'config.json': {
      architectures: ['LlamaForCausalLM'],
      model_type: 'llama',
      hidden_size: config.hidden,
      intermediate_size: ffn,
      num_hidden_layers: config.layers.length,
      num_attention_heads: qHeads,
      num_key_value_heads: kvHeads,
      head_dim: headDim,
      vocab_size: config.vocab,
      max_position_embeddings: ONNX_CONTEXT,
      rms_norm_eps: config.normEpsilon,
      rope_theta: rope.base,
      hidden_act: 'silu',
      tie_word_embeddings: true,
    },
    'generation_config.json': {},
  };
  for (const [file, value] of Object.entries(json)) writeFileSync(join(folder, name, file), JSON.stringify(value));
  return { folder, name, label };
}

const percent = (share) => `${(100 * share).toFixed(1)} %`;

/** Changes with the model and with the converter. */
function conversionKey(gguf) {
  const hash = createHash('sha256');
  const { size, mtimeMs } = statSync(gguf);
  hash.update(`${gguf} ${size} ${mtimeMs} ${ONNX_CONTEXT}`);
  const folder = join(peersFolder, 'convert');
  for (const name of readdirSync(folder).toSorted()) hash.update(readFileSync(join(folder, name)));
  return hash.digest('hex');
}
