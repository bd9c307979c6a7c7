import part from '../../../shaders/lib/kv.f32.wgsl?raw';
import load from '../../../shaders/lib/load-pair.f32.wgsl?raw';
import store from '../../../shaders/lib/store-pair.f32.wgsl?raw';
import type { KvFormat } from './format.ts';

export const f32: KvFormat = {
  description: 'Keys and values in single precision: the reference.',
  part: { name: 'lib/kv.f32', text: part },
  quadWords: 4,
  scales: 0,
  pairs: { load: { name: 'lib/load-pair.f32', text: load }, store: { name: 'lib/store-pair.f32', text: store } },
  pack(numbers) {
    const floats = Float32Array.from(numbers);
    return { words: new Uint32Array(floats.buffer), scale: 1, values: Float64Array.from(floats) };
  },
  // Sign and fraction are random, the exponent is that of 2^-4.
  randomWord: (word) => ((word & 0x807fffff) | 0x3d800000) >>> 0,
};
