import { shadowMass } from '../../src/kernels/eval/shadow-mass.ts';
import { kernelCase } from '../support/kernel-case.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { smallLayout, stepWords } from '../support/step-words.ts';

interface Shape {
  /** Tokens so far, the row's own among them. */
  readonly tokens: number;
  readonly kvHeads: number;
  readonly group: number;
  readonly headDim: number;
  readonly valid?: boolean;
  /** Of the scores; 0 or left out = none. */
  readonly softCap?: number;
}

/** Where the layer's heads begin in what is added up. */
const AT = 5;

export default kernelCase(shadowMass, {
  shapes: [
    { tokens: 1, kvHeads: 2, group: 3, headDim: 32 },
    { tokens: 127, kvHeads: 1, group: 7, headDim: 128 },
    { tokens: 129, kvHeads: 3, group: 1, headDim: 80 },
    { tokens: 700, kvHeads: 3, group: 3, headDim: 64 },
    { tokens: 20, kvHeads: 1, group: 1, headDim: 32, valid: false },
    { tokens: 130, kvHeads: 1, group: 2, headDim: 32, softCap: 1 },
  ] as readonly Shape[],
  bench: [],
  build({ tokens, kvHeads, group, headDim, valid = true, softCap = 0 }, random) {
    const draw = seededRandom(random.word());
    const capacity = tokens + 3;
    const heads = kvHeads * group;
    const rows = [{ sequence: 1, position: tokens - 1, valid }];
    // Keys past the row's own are not to be looked at.
    const keys = new Float32Array(kvHeads * capacity * headDim).fill(Infinity);
    for (let head = 0; head < kvHeads; head++)
      for (let i = 0; i < tokens * headDim; i++) keys[head * capacity * headDim + i] = draw.normal();
    return {
      params: { scale: 1 / Math.sqrt(headDim), layer: 1, capacity, at: AT },
      constants: { KV_HEADS: kvHeads, GROUP: group, HEAD_DIM: headDim, SOFT_CAP: softCap },
      variant: undefined,
      buffers: {
        state: stepWords({ layout: smallLayout(), rows, logitRows: [], sequences: [] }),
        query: Float32Array.from({ length: heads * headDim }, () => draw.normal()),
        keys,
        lse: Float32Array.from({ length: heads }, () => draw.next() * 4),
        mass: Float32Array.from({ length: AT + heads + 2 }, (_, i) => i / 8),
      },
    };
  },
  reference({ buffers, params }, { tokens, kvHeads, group, headDim, valid = true, softCap = 0 }) {
    const mass = [...buffers.mass];
    if (!valid) return { mass };
    for (let head = 0; head < kvHeads * group; head++) {
      const first = Math.floor(head / group) * params.capacity * headDim;
      let sum = 0;
      for (let token = 0; token < tokens; token++) {
        let score = 0;
        for (let i = 0; i < headDim; i++)
          score += buffers.query[head * headDim + i]! * buffers.keys[first + token * headDim + i]!;
        const scaled = score * params.scale;
        sum += Math.exp(softCap > 0 ? softCap * Math.tanh(scaled / softCap) : scaled);
      }
      mass[AT + head]! += Math.exp(buffers.lse[head]!) / sum;
    }
    return { mass };
  },
  // Scores of up to 128 products below 20, right to some ulp of 2e-6, and exp of them.
  tolerance: 2e-5,
});
