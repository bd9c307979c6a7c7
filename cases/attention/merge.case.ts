import { mergeSplits } from '../../src/kernels/attention/merge.ts';
import { kernelCase, uniform } from '../support/kernel-case.ts';
import { mergeObservingCase } from './merge-observing.ts';
import { buildScene, UNTOUCHED, untouched } from './scene.ts';

interface Shape {
  readonly qHeads: number;
  readonly headDim: number;
  readonly splits: number;
  readonly threads: number;
  readonly rows: number;
  readonly bucket: number;
}

const plain = kernelCase(mergeSplits, {
  shapes: [
    { qHeads: 9, headDim: 64, splits: 1, threads: 64, rows: 1, bucket: 1 },
    { qHeads: 9, headDim: 64, splits: 2, threads: 8, rows: 1, bucket: 1 },
    { qHeads: 7, headDim: 80, splits: 8, threads: 64, rows: 3, bucket: 4 },
    { qHeads: 1, headDim: 128, splits: 5, threads: 8, rows: 5, bucket: 8 },
    { qHeads: 2, headDim: 256, splits: 64, threads: 64, rows: 2, bucket: 2 },
    { qHeads: 2, headDim: 80, splits: 64, threads: 8, rows: 2, bucket: 2 },
    { qHeads: 3, headDim: 4, splits: 64, threads: 32, rows: 1, bucket: 1 },
  ] as readonly Shape[],
  bench: [64, 8].map((threads): Shape => ({ qHeads: 32, headDim: 128, splits: 16, threads, rows: 1, bucket: 1 })),
  build({ qHeads, headDim, splits, threads, rows, bucket }, random) {
    const scene = buildScene(
      {
        kv: 'f16',
        kvHeads: 1,
        group: 1,
        headDim: 4,
        bucket,
        sequences: [{ length: 0, rows }],
        invalid: rows > 2 ? [1] : [],
      },
      random,
    );
    const stride = headDim + 4;
    const partials = uniform(bucket * qHeads * splits * stride, random);
    for (let at = headDim; at < partials.length; at += stride) {
      const split = ((at - headDim) / stride) % splits;
      // Every third split saw nothing, unless it is the only one.
      const empty = split % 3 === 1;
      if (empty) partials.fill(0, at - headDim, at);
      partials[at] = empty ? -3e38 : 40 * random.normal();
      partials[at + 1] = empty ? 0 : 1 + 100 * random.next();
    }
    return {
      params: { splits, rows: bucket, layer: scene.layer, kind: 0, capacity: 0, observers: 0 },
      constants: { Q_HEADS: qHeads, HEAD_DIM: headDim, THREADS: threads },
      variant: undefined,
      buffers: {
        state: scene.state,
        partials,
        output: untouched(bucket * qHeads * headDim),
        lse: untouched(bucket * qHeads),
      },
    };
  },
  reference({ buffers: { partials } }, { qHeads, headDim, splits, rows, bucket }) {
    const output: number[] = [];
    const lse: number[] = [];
    for (let row = 0; row < bucket; row++)
      for (let head = 0; head < qHeads; head++) {
        if (row >= rows || (rows > 2 && row === 1)) {
          output.push(...Array<number>(headDim).fill(UNTOUCHED));
          lse.push(UNTOUCHED);
          continue;
        }
        const sums = Array<number>(headDim).fill(0);
        let total = 0;
        for (let split = 0; split < splits; split++) {
          const at = ((row * qHeads + head) * splits + split) * (headDim + 4);
          const share = 2 ** partials[at + headDim]!;
          total += share * partials[at + headDim + 1]!;
          for (let i = 0; i < headDim; i++) sums[i]! += share * partials[at + i]!;
        }
        output.push(...sums.map((sum) => sum / total));
        lse.push(Math.log(total));
      }
    return { output, lse };
  },
  // Up to 64 weights 2^x of splits, each right to a few ulp, and their sums: some 100 roundings of 6e-8.
  tolerance: 1e-5,
  probe: ({ Q_HEADS, HEAD_DIM, THREADS }) => ({
    qHeads: Number(Q_HEADS),
    headDim: Number(HEAD_DIM),
    threads: Number(THREADS),
    splits: 3,
    rows: 1,
    bucket: 1,
  }),
  label: ({ qHeads, headDim, splits, threads, rows }) =>
    `${rows} x ${qHeads} heads of ${headDim}, ${splits} splits, ${threads} threads`,
  work: ({ qHeads, headDim, splits, rows }) => ({
    bytes: 4 * rows * qHeads * (splits * (headDim + 4) + headDim + 1),
    flops: 2 * rows * qHeads * splits * headDim,
  }),
});

export default [plain, mergeObservingCase] as const;
