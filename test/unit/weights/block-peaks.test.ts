import { describe, expect, test } from 'vitest';
import { randomBlocks } from '../../../cases/reference/random-blocks.ts';
import { seededRandom } from '../../../cases/support/seeded-random.ts';
import { blockPeaks } from '../../../src/weights/block-peaks.ts';
import { dequantizeTensor } from '../../../src/weights/dequantize.ts';
import { GGML_TYPE_NAMES, type GgmlType } from '../../../src/weights/ggml-types.ts';

const COUNT = 8192;

/** The largest weight of every 32. */
const largest = (type: GgmlType, bytes: Uint8Array): number[] => {
  const weights = dequantizeTensor(type, bytes, COUNT);
  return Array.from({ length: COUNT / 32 }, (_, block) =>
    Math.max(...weights.subarray(block * 32, block * 32 + 32).map(Math.abs)),
  );
};

describe.each(GGML_TYPE_NAMES)('%s', (type) => {
  test.each([1, 1e-3])('no weight is larger than its block may be, and few blocks much smaller, rms %d', (rms) => {
    const bytes = randomBlocks(type, COUNT, seededRandom(3), { rms });
    const peaks = blockPeaks(type, bytes, COUNT);
    const ratios = largest(type, bytes).map((weight, block) => weight / peaks[block]!);
    expect(Math.max(...ratios)).toBeLessThanOrEqual(1);
    expect(ratios.toSorted((a, b) => a - b)[ratios.length / 2]).toBeGreaterThan(0.4);
  });

  test('bytes may begin anywhere', () => {
    const bytes = randomBlocks(type, COUNT, seededRandom(4), { rms: 1 });
    const moved = new Uint8Array(bytes.length + 2);
    moved.set(bytes, 2);
    expect(blockPeaks(type, moved.subarray(2), COUNT)).toEqual(blockPeaks(type, bytes, COUNT));
  });
});

test.each(['F32', 'F16', 'BF16'] as const)('a NaN is seen in %s', (type) => {
  const bytes = randomBlocks(type, 64, seededRandom(5), { rms: 1 });
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (type === 'F32') view.setFloat32(4 * 40, Number.NaN, true);
  else view.setUint16(2 * 40, type === 'F16' ? 0x7e00 : 0xffc0, true);
  const [first, second] = blockPeaks(type, bytes, 64);
  expect(first).toBeGreaterThan(0);
  expect(second).toBeNaN();
});
