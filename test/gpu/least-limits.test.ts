import { create } from 'webgpu';
import { describe, expect, test } from 'vitest';
import { PipelineCache } from '../../src/gpu/compile.ts';
import type { GpuFeatures } from '../../src/gpu/device.ts';
import { head } from '../../src/kernels/linear/head.ts';
import { gpuMatmuls } from '../../src/kernels/linear/matmul-variants.ts';
import { linearConstants, linearParams, type ActivationType } from '../../src/kernels/linear/variant.ts';

// Dawn's null backend checks limits as every other, has the least ones, and compiles nothing.
const FEATURES = ['shader-f16', 'subgroups', 'chromium-experimental-subgroup-matrix'] as GPUFeatureName[];
const kinds: readonly ActivationType[] = ['f32', 'f16', 'int8'];
const features: GpuFeatures = {
  shaderF16: true,
  subgroups: true,
  subgroupMinSize: 32,
  subgroupMaxSize: 32,
  packedDot: true,
  subgroupMatrix: { m: 16, n: 16, k: 16, lanes: 32 },
};

describe('every matmul of GPUs, with the longest epilogue, fits into the least that devices have', () => {
  const provider = create(['backend=null', 'enable-dawn-features=allow_unsafe_apis']);
  test.each(kinds)('%s', async (activations) => {
    const adapter = await provider.requestAdapter();
    const device = await adapter!.requestDevice({
      requiredFeatures: FEATURES.filter((name) => adapter!.features.has(name)),
    });
    expect(device.limits.maxComputeWorkgroupStorageSize).toBe(16_384);
    const pipelines = new PipelineCache(device);
    const buffer = device.createBuffer({ size: 16, usage: 128 });
    const array = { buffer, offset: 0, byteLength: 16 };
    for (const shape of gpuMatmuls(features, activations)) {
      const matrix = { type: 'Q4_1', outputs: 64, columns: 64, rowTile: 8, codes: array, aux: array } as const;
      const { request } = head.call({
        params: {
          ...linearParams(matrix),
          columns: 64,
          epsilon: 1e-5,
          first_id: 0,
          gain_at: 0,
          bias_at: 0,
          factor: 1,
          cap: 0,
        },
        constants: { ...linearConstants(matrix, shape, false), VOCAB: 64, MAXIMA: false },
        variant: { type: 'Q4_1', shape, shaped: true },
        bindings: {
          codes: array,
          aux: array,
          x: array,
          vectors: array,
          state: array,
          counts: array,
          logits: array,
          block_max: array,
        },
      });
      // oxlint-disable-next-line no-await-in-loop -- one at a time tells which
      await pipelines.get(request);
    }
    device.destroy();
  });
});
