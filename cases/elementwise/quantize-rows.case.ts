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
}

export default kernelCase(quantizeRows, {
  shapes: [
    { blocks: 1, spare: 2 },
    { blocks: 65, spare: 1, zeros: true },
    // More than one row of workgroups.
    { blocks: 64 * 256 + 70, spare: 3 },
  ] as readonly Shape[],
  bench: [{ blocks: (512 * 1536) / 32, spare: 0 }],
  build({ blocks, spare, zeros }, random) {
    const x = steadyRows((blocks + spare) * 32, random);
    if (zeros) for (let block = 0; block < blocks; block += 3) x.fill(0, block * 32, block * 32 + 32);
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
    return decodeInt8Rows(words);
  },
  decode: ({ y }) => decodeInt8Rows(y as Uint32Array<ArrayBuffer>),
  // Codes are steady, so they are exact; a scale and its product with a sum of codes take up to three roundings of 6e-8.
  tolerance: 1e-6,
  probe: () => ({ blocks: 65, spare: 1, zeros: true }),
  work: ({ blocks }) => ({ bytes: 176 * blocks, flops: 96 * blocks }),
});
