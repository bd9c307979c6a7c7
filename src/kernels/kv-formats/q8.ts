import part from '../../../shaders/lib/kv.q8.wgsl?raw';
import type { KvFormat } from './format.ts';
import { int8Head } from './int8-head.ts';

export const q8: KvFormat = {
  description: 'Keys and values in 8 bits, with a scale for each token and head.',
  part: { name: 'lib/kv.q8', text: part },
  quadWords: 1,
  scales: 2,
  pairs: undefined,
  pack(numbers) {
    const { codes, scale } = int8Head(numbers);
    return { words: new Uint32Array(codes.buffer), scale, values: Float64Array.from(codes, (code) => code * scale) };
  },
  randomWord: (word) => word,
};
