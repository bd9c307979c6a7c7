import { quantizeRows } from '../../src/kernels/elementwise/quantize-rows.ts';
import { int8Rows } from '../../src/kernels/elementwise/int8-rows.ts';
import { decodeInt8Rows, steadyRows } from '../reference/int8-rows.ts';
import { kernelCase } from '../support/kernel-case.ts';

interface Shape {
  readonly blocks: number;
  /** Blocks after these, which must stay as they are. */
  readonly spare: number;
  /** Every third block is zeros. */
  readonly zeros?: boolean;
  /** Some blocks have a number that is NaN or infinite. */
  readonly spoiled?: boolean;
}

/** Of blocks without a scale nothing else is looked at. */
function comparable({ values, scales, sums }: ReturnType<typeof decodeInt8Rows>): ReturnType<typeof decodeInt8Rows> {
  const none = (block: number): boolean => Number.isNaN(scales[block]!);
  return {
    values: values.map((value, i) => (none(Math.floor(i / 32)) ? 0 : value)),
    sums: sums.map((sum, block) => (none(block) ? 0 : sum)),
    scales: scales.map((scale, block) => (none(block) ? -77 : scale)),
  };
}

export default kernelCase(quantizeRows, {
  shapes: [
    { blocks: 1, spare: 2 },
    { blocks: 65, spare: 1, zeros: true },
    { blocks: 12, spare: 1, spoiled: true },
    // More than one row of workgroups.
    { blocks: 64 * 256 + 70, spare: 3 },
  ] as readonly Shape[],
  bench: [{ blocks: (512 * 1536) / 32, spare: 0 }],
  build({ blocks, spare, zeros, spoiled }, random) {
    const x = steadyRows((blocks + spare) * 32, random);
    if (zeros) for (let block = 0; block < blocks; block += 3) x.fill(0, block * 32, block * 32 + 32);
    if (spoiled)
      [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].forEach((none, i) => (x[i * 96 + 7] = none));
    return {
      params: { blocks },
      constants: {},
      variant: undefined,
      buffers: { x, y: new Uint32Array((blocks + spare) * 12) },
    };
  },
  reference: ({ buffers: { x } }, { blocks, spare }) => {
    const words = new Uint32Array((blocks + spare) * 12);
    words.set(int8Rows((x as Float32Array).subarray(0, blocks * 32)).words);
    return comparable(decodeInt8Rows(words));
  },
  decode: ({ y }) => comparable(decodeInt8Rows(y as Uint32Array<ArrayBuffer>)),
  // Codes are steady, so they are exact; a scale and its product with a sum of codes take up to three roundings of 6e-8.
  tolerance: 1e-6,
  probe: () => ({ blocks: 65, spare: 1, zeros: true }),
  work: ({ blocks }) => ({ bytes: 176 * blocks, flops: 96 * blocks }),
});
