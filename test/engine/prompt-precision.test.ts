import { describe, expect, test } from 'vitest';
import type { Engine, EngineOptions } from '../../src/index.ts';
import { tinyEngine } from '../support/tiny-engine.ts';
import { halfToNumber, numberToHalf } from '../../src/core/half.ts';
import { bytesSource } from '../../src/weights/byte-source.ts';
import { parseGguf, type TensorInfo } from '../../src/weights/gguf.ts';
import { tinyModel, type TinyModelOptions } from '../support/tiny-model.ts';

/** One type, since every type of weights is five kernels to compile. */
const plain: TinyModelOptions = { seed: 5, layers: 1, types: { rest: 'Q4_1' } };
/** V is F16, so that rows of one step are stored as f32 and as int8. */
const mixed: TinyModelOptions = { ...plain, types: { rest: 'Q4_1', v: 'F16' } };
const ids = Array.from({ length: 40 }, (_, i) => (i * 29 + 3) % 320);
const ROWS = [0, 20, 39];

interface Scored {
  readonly logits: readonly number[];
  readonly fallbacks: readonly string[];
  readonly precision: string;
  readonly features: readonly string[];
}

async function scored(model: TinyModelOptions, options: Partial<EngineOptions>): Promise<Scored> {
  const engine: Engine = await tinyEngine(model, options);
  try {
    const { logits } = await engine.score(ids, { logits: ROWS, top: 320 });
    const report = await engine.report();
    return {
      logits: logits.flatMap(({ top }) => top.toSorted(([a], [b]) => a - b).map(([, logit]) => logit)),
      fallbacks: report.fallbacks,
      precision: report.precision.activations,
      features: report.featuresUsed,
    };
  } finally {
    await engine.dispose();
  }
}

const difference = (a: readonly number[], b: readonly number[]): number =>
  Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) / a.reduce((sum, value) => sum + value ** 2, 0));

describe('prompt rows in fewer bits', () => {
  test('int8 gives almost the logits of f32, and says what stays f32', async () => {
    const exact = await scored(mixed, {});
    expect(exact.precision).toBe('f32');
    const int8 = await scored(mixed, { activations: 'int8' });
    expect(int8.precision).toBe('int8');
    // 1/254 of the largest of 32 values at most, in four matrices.
    expect(difference(exact.logits, int8.logits)).toBeGreaterThan(1e-4);
    expect(difference(exact.logits, int8.logits)).toBeLessThan(0.03);
    expect(int8.fallbacks.filter((reason) => reason.includes('int8'))).toEqual([expect.stringContaining('F16')]);
    expect(int8.fallbacks.filter((reason) => reason.includes('computes wrongly'))).toEqual([]);
  });

  test('f16 gives almost the logits of f32, or is f32 and the report says why', async () => {
    const exact = await scored(plain, { activations: 'f16', disable: ['shader-f16'] });
    expect(exact.precision).toBe('f32');
    expect(exact.fallbacks).toContainEqual(expect.stringContaining('shader-f16'));
    const f16 = await scored(plain, { activations: 'f16' });
    if (f16.fallbacks.some((reason) => reason.includes('shader-f16'))) return;
    expect(f16.precision).toBe('f16');
    expect(f16.features).toContain('shader-f16');
    expect(exact.features).not.toContain('shader-f16');
    expect(difference(exact.logits, f16.logits)).toBeGreaterThan(1e-6);
    expect(difference(exact.logits, f16.logits)).toBeLessThan(3e-3);
  });

  test('f16 holds inputs past its largest number, and weights below its least', async () => {
    // Blocks of Q4_1 begin with a scale and an offset, both halves.
    const scaled = (file: Uint8Array<ArrayBuffer>, tensor: TensorInfo, exponent: number): void => {
      const view = new DataView(file.buffer, tensor.offset, tensor.byteLength);
      for (let at = 0; at < tensor.byteLength; at += 20)
        for (const half of [at, at + 2])
          view.setUint16(half, numberToHalf(halfToNumber(view.getUint16(half, true)) * 2 ** exponent), true);
    };
    const file = tinyModel(plain);
    const { tensors } = await parseGguf(bytesSource(file));
    scaled(file, tensors.get('blk.0.ffn_up.weight')!, 17);
    scaled(file, tensors.get('blk.0.ffn_down.weight')!, -10);
    const model = new Blob([file]);
    const exact = await scored(plain, { model });
    const f16 = await scored(plain, { model, activations: 'f16' });
    if (f16.fallbacks.some((reason) => reason.includes('shader-f16'))) return;
    expect(f16.precision).toBe('f16');
    expect(f16.fallbacks).toEqual(exact.fallbacks);
    expect(difference(exact.logits, f16.logits)).toBeLessThan(3e-3);
  });
});
