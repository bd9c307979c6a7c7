import { describe, expect, it } from 'vitest';
import { GGML_TYPE_NAMES, GGML_TYPES } from '../../../src/weights/ggml-types.ts';
import golden from '../../golden/dequantize.json' with { type: 'json' };
import { dequantizeTensor } from '../../../src/weights/dequantize.ts';
import { bfloatToNumber, halfToNumber, numberToBfloat, numberToHalf, roundToHalf } from '../../../src/core/half.ts';
import { randomBlocks } from '../../../cases/reference/random-blocks.ts';
import { seededRandom } from '../../../cases/support/seeded-random.ts';

const rms = (values: Float64Array): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

describe('dequantizeTensor', () => {
  it.each(golden.blocks.map((block) => [block.type, block.subnormalScale ? 'subnormal' : 'ordinary', block] as const))(
    'gives what the gguf package gives: %s, %s scale',
    (type, _scale, { hex, values }) => {
      const bytes = Uint8Array.from(hex.match(/../g)!, (pair) => Number.parseInt(pair, 16));
      const found = dequantizeTensor(
        GGML_TYPE_NAMES.find((name) => name === type)!,
        bytes,
        values.length,
      );
      // The package computes in float32.
      for (const [i, value] of values.entries()) expect(found[i]).toBeCloseTo(value, 7);
      if (type !== 'Q4_K' && type !== 'Q5_K') expect(Float32Array.from(found)).toEqual(Float32Array.from(values));
    },
  );

  it('covers every quantised type with golden blocks', () => {
    const quantised = GGML_TYPE_NAMES.filter((name) => GGML_TYPES[name].blockSize > 1);
    expect([...new Set(golden.blocks.map(({ type }) => type))].toSorted()).toEqual(quantised.toSorted());
  });

  it('reads several blocks in order, from bytes that begin anywhere', () => {
    for (const type of GGML_TYPE_NAMES) {
      const bytes = randomBlocks(type, 512, seededRandom(5));
      const shifted = new Uint8Array(bytes.length + 1);
      shifted.set(bytes, 1);
      const whole = dequantizeTensor(type, shifted.subarray(1), 512);
      const second = dequantizeTensor(type, bytes.subarray(bytes.length / 2), 256);
      expect(whole.subarray(256)).toEqual(second);
    }
  });

  it('refuses a count that the bytes do not hold', () => {
    expect(() => dequantizeTensor('Q4_0', new Uint8Array(18), 64)).toThrow(/64 weights/);
    expect(() => dequantizeTensor('Q4_0', new Uint8Array(18), 31)).toThrow(/31 weights/);
  });
});

describe('randomBlocks', () => {
  it.each(GGML_TYPE_NAMES)('makes finite %s weights of the wanted size around 0', (type) => {
    const values = dequantizeTensor(type, randomBlocks(type, 65_536, seededRandom(3), { rms: 0.2 }), 65_536);
    expect(rms(values)).toBeGreaterThan(0.17);
    expect(rms(values)).toBeLessThan(0.23);
    expect(Math.abs(values.reduce((sum, value) => sum + value, 0) / values.length)).toBeLessThan(0.03);
  });

  it('makes subnormal scales on request, and the same bytes from the same seed', () => {
    const bytes = randomBlocks('Q8_0', 3200, seededRandom(9), { subnormal: 0.5 });
    expect(bytes).toEqual(randomBlocks('Q8_0', 3200, seededRandom(9), { subnormal: 0.5 }));
    const view = new DataView(bytes.buffer);
    const subnormal = Array.from({ length: 100 }, (_, i) => view.getUint16(i * 34, true)).filter(
      (bits) => bits > 0 && bits < 0x400,
    );
    expect(subnormal.length).toBeGreaterThan(25);
    expect(subnormal.length).toBeLessThan(75);
  });
});

describe('half', () => {
  it('survives the round trip for every finite bit pattern', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = halfToNumber(bits);
      if (Number.isFinite(value)) expect(numberToHalf(value)).toBe(bits);
    }
  });

  it('rounds to the nearest, ties to even', () => {
    expect(roundToHalf(1 + 2 ** -11)).toBe(1);
    expect(roundToHalf(1 + 3 * 2 ** -11)).toBe(1 + 2 ** -9);
    expect(roundToHalf(2 ** -25)).toBe(0);
    expect(roundToHalf(2 ** -25 * 1.01)).toBe(2 ** -24);
    expect(roundToHalf(65519)).toBe(65504);
    expect(roundToHalf(-65520)).toBe(-Infinity);
    expect(roundToHalf(2047.6)).toBe(2048);
  });

  it('rounds bfloat16 likewise', () => {
    expect(bfloatToNumber(numberToBfloat(1 + 2 ** -8))).toBe(1);
    expect(bfloatToNumber(numberToBfloat(1 + 3 * 2 ** -8))).toBe(1 + 2 ** -6);
    expect(bfloatToNumber(numberToBfloat(-0.15625))).toBe(-0.15625);
  });
});
