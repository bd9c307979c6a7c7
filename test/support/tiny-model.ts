/** A complete Llama-family GGUF file with random weights and a small byte-level tokenizer, written in memory. */

import { GGML_TYPES, type GgmlType } from '../../src/weights/ggml-types.ts';
import { randomBlocks } from '../../cases/reference/random-blocks.ts';
import { writeGguf, type WriterTensor, type WriterValue } from './gguf-writer.ts';
import { seededRandom } from '../../cases/support/seeded-random.ts';

/** The matrices whose types can be chosen. `rest` stands for those not named. */
export type TinyMatrix = 'embed' | 'output' | 'q' | 'k' | 'v' | 'o' | 'gate' | 'up' | 'down';

export interface TinyModelOptions {
  readonly layers?: number;
  readonly hidden?: number;
  readonly qHeads?: number;
  readonly kvHeads?: number;
  readonly headDim?: number;
  readonly ffn?: number;
  /** At least 300; ids past the tokenizer's real tokens are fillers. */
  readonly vocab?: number;
  /** Default F32. K-quants need rows that are multiples of 256, the other quants of 32. */
  readonly types?: Partial<Record<TinyMatrix | 'rest', GgmlType>>;
  readonly seed?: number;
  /** Whether logits come from the embedding matrix. Default true. */
  readonly tied?: boolean;
  /** Adds rope_freqs.weight (Llama 3 scaling) with these divisors, or with made-up ones. */
  readonly ropeFreqs?: boolean | Float32Array;
  readonly ropeBase?: number;
  readonly contextLength?: number;
  /** Share of quantised blocks whose scale is a subnormal half. Default 0. */
  readonly subnormal?: number;
  /** Added to or put in place of the metadata; undefined removes a key. */
  readonly metadata?: Readonly<Record<string, WriterValue | undefined>>;
  /** Put in place of tensors or added; undefined removes one. */
  readonly tensors?: Readonly<Record<string, WriterTensor | undefined>>;
}

/** The file's bytes. The same options always give the same bytes. */
export function tinyModel(options: TinyModelOptions = {}): Uint8Array<ArrayBuffer> {
  const { layers = 2, hidden = 64, qHeads = 4, kvHeads = 2, headDim = 16, ffn = 96, vocab = 320, seed = 1 } = options;
  const { tied = true, ropeBase = 10_000, contextLength = 512, types = {}, subnormal = 0 } = options;
  const random = seededRandom(seed);

  /** Weights of about the size that keeps a unit-size input at unit size. */
  const matrix = (name: TinyMatrix, rowLength: number, rows: number, gain = 1): WriterTensor => {
    const type = types[name] ?? types.rest ?? 'F32';
    if (rowLength % GGML_TYPES[type].blockSize !== 0)
      throw new Error(`${name}: rows of ${rowLength} do not fit ${type}`);
    return {
      type,
      shape: [rowLength, rows],
      bytes: randomBlocks(type, rowLength * rows, random, { rms: gain / Math.sqrt(rowLength), subnormal }),
    };
  };
  const norm = (): WriterTensor => vector(Float32Array.from({ length: hidden }, () => 1 + 0.1 * random.normal()));

  const tensors: Record<string, WriterTensor | undefined> = {
    // Embedding rows of rms 1 / sqrt(hidden) * 8 are about 1 for hidden 64; the first norm makes up for the rest.
    'token_embd.weight': matrix('embed', hidden, vocab, 8),
    'output_norm.weight': norm(),
  };
  if (!tied) tensors['output.weight'] = matrix('output', hidden, vocab, 3);
  for (let i = 0; i < layers; i++) {
    Object.assign(tensors, {
      [`blk.${i}.attn_norm.weight`]: norm(),
      [`blk.${i}.attn_q.weight`]: matrix('q', hidden, qHeads * headDim, 1.5),
      [`blk.${i}.attn_k.weight`]: matrix('k', hidden, kvHeads * headDim, 1.5),
      [`blk.${i}.attn_v.weight`]: matrix('v', hidden, kvHeads * headDim),
      [`blk.${i}.attn_output.weight`]: matrix('o', qHeads * headDim, hidden),
      [`blk.${i}.ffn_norm.weight`]: norm(),
      [`blk.${i}.ffn_gate.weight`]: matrix('gate', hidden, ffn),
      [`blk.${i}.ffn_up.weight`]: matrix('up', hidden, ffn),
      [`blk.${i}.ffn_down.weight`]: matrix('down', ffn, hidden),
    });
  }
  if (options.ropeFreqs) {
    const made = Float32Array.from({ length: headDim / 2 }, (_, i) => (i < headDim / 6 ? 1 : 1 + i / 2));
    tensors['rope_freqs.weight'] = vector(options.ropeFreqs === true ? made : options.ropeFreqs);
  }

  const metadata: Record<string, WriterValue | undefined> = {
    'general.architecture': 'llama',
    'general.name': 'tiny random model',
    'llama.block_count': { u32: layers },
    'llama.context_length': { u32: contextLength },
    'llama.embedding_length': { u32: hidden },
    'llama.feed_forward_length': { u32: ffn },
    'llama.attention.head_count': { u32: qHeads },
    'llama.attention.head_count_kv': { u32: kvHeads },
    'llama.attention.layer_norm_rms_epsilon': { f32: 1e-5 },
    'llama.rope.freq_base': { f32: ropeBase },
    'llama.rope.dimension_count': { u32: headDim },
    'llama.vocab_size': { u32: vocab },
    ...(headDim * qHeads !== hidden && {
      'llama.attention.key_length': { u32: headDim },
      'llama.attention.value_length': { u32: headDim },
    }),
    ...tinyTokenizer(vocab),
  };
  return writeGguf({
    metadata: defined({ ...metadata, ...options.metadata }),
    tensors: defined({ ...tensors, ...options.tensors }),
  });
}

const vector = (values: Float32Array): WriterTensor => ({
  type: 'F32',
  shape: [values.length],
  bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
});

const defined = <T>(record: Readonly<Record<string, T | undefined>>): [string, T][] =>
  Object.entries(record).filter((entry): entry is [string, T] => entry[1] !== undefined);

/** Control tokens of every tiny model; they are ids 0, 1 and 2. */
export const TINY_SPECIALS = ['<|endoftext|>', '<|im_start|>', '<|im_end|>'] as const;

// Pairs in merging order. A space is written "Ġ" in the byte alphabet.
const MERGES = [
  't h',
  'th e',
  'Ġ the',
  'Ġ a',
  'i n',
  'in g',
  'e r',
  'Ġ w',
  'o r',
  'l d',
  'Ġw or',
  'Ġwor ld',
  'h e',
  'l l',
  'he ll',
  'hell o',
  'u s',
  'us er',
] as const;

const CHAT_TEMPLATE =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

const isPrintable = (byte: number): boolean =>
  (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;

/** The byte's letter in GPT-2's alphabet: printable bytes stand for themselves, the others for letters from 256 on. */
function byteLetters(): string[] {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isPrintable(byte) ? byte : next++));
}

function tinyTokenizer(vocab: number): Record<string, WriterValue> {
  const tokens = [...TINY_SPECIALS, ...byteLetters(), ...MERGES.map((merge) => merge.replace(' ', ''))];
  if (vocab < tokens.length) throw new Error(`a vocabulary of ${vocab} is too small for ${tokens.length} tokens`);
  const real = tokens.length;
  while (tokens.length < vocab) tokens.push(`<filler-${tokens.length}>`);
  return {
    'tokenizer.ggml.model': 'gpt2',
    'tokenizer.ggml.pre': 'smollm',
    'tokenizer.ggml.tokens': tokens,
    // 1 = normal, 3 = control, 5 = unused
    'tokenizer.ggml.token_type': Int32Array.from(tokens, (_, id) =>
      id < TINY_SPECIALS.length ? 3 : id < real ? 1 : 5,
    ),
    'tokenizer.ggml.merges': [...MERGES],
    'tokenizer.ggml.bos_token_id': { u32: 1 },
    'tokenizer.ggml.eos_token_id': { u32: 2 },
    'tokenizer.ggml.unknown_token_id': { u32: 0 },
    'tokenizer.ggml.padding_token_id': { u32: 2 },
    'tokenizer.ggml.add_bos_token': false,
    'tokenizer.ggml.add_space_prefix': false,
    'tokenizer.chat_template': CHAT_TEMPLATE,
  };
}
