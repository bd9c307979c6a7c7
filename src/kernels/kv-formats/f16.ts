import part from '../../../shaders/lib/kv.f16.wgsl?raw';
import load from '../../../shaders/lib/load-pair.f16.wgsl?raw';
import store from '../../../shaders/lib/store-pair.f16.wgsl?raw';
import { halfToNumber, numberToHalf } from '../../core/half.ts';
import type { KvFormat } from './format.ts';

export const f16: KvFormat = {
  description: 'Keys and values in half precision, packed in pairs: the default.',
  part: { name: 'lib/kv.f16', text: part },
  quadWords: 2,
  scales: 0,
  pairs: { load: { name: 'lib/load-pair.f16', text: load }, store: { name: 'lib/store-pair.f16', text: store } },
  pack(numbers) {
    const halves = Uint16Array.from(numbers, numberToHalf);
    return { words: new Uint32Array(halves.buffer), scale: 1, values: Float64Array.from(halves, halfToNumber) };
  },
  // Signs and fractions are random, exponents those of 2^-4.
  randomWord: (word) => ((word & 0x83ff83ff) | 0x2c002c00) >>> 0,
};
