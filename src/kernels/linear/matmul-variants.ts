import type { GpuFeatures } from '../../gpu/device.ts';
import type { WeightType } from '../weights/format.ts';
import { hasCodes, matrixVariant, tileVariant, type ActivationType, type LinearVariant } from './variant.ts';

/** The numbers in which rows of a prompt are multiplied, and why they are not those that were asked for. */
export interface ActivationChoice {
  readonly activations: ActivationType;
  readonly reason: string | undefined;
}

/**
 * What was asked for where the adapter and the weights allow it, else f32 with the reason in words.
 * @param software whether the adapter computes on the CPU
 */
export function chooseActivations(
  features: GpuFeatures,
  software: boolean,
  type: WeightType,
  asked: ActivationType,
): ActivationChoice {
  const fallback = (reason: string): ActivationChoice => ({ activations: 'f32', reason });
  if (asked === 'f16' && !features.shaderF16)
    return fallback('activations are f32, not f16: the adapter lacks shader-f16');
  // Such a tile kept lavapipe's compiler busy for five minutes, and came out wrong.
  if (asked === 'f16' && software && !hasCodes(type))
    return fallback(
      `activations of ${type} weights are f32, not f16: the adapter computes on the CPU, whose driver compiles that for minutes`,
    );
  if (asked === 'int8' && !features.packedDot)
    return fallback('activations are f32, not int8: WGSL here lacks packed_4x8_integer_dot_product');
  if (asked === 'int8' && !hasCodes(type))
    return fallback(`activations of ${type} weights are f32, not int8: int8 needs quantised weights`);
  return { activations: asked, reason: undefined };
}

/**
 * Matmul shapes of a GPU for these activations, the one to use unmeasured first. Rows of the same matrix and activations
 * come out alike from every tile; a matrix unit adds in an order of its own.
 */
export function gpuMatmuls(features: GpuFeatures, activations: ActivationType): readonly LinearVariant[] {
  const tile = tileVariant(64, 64, activations);
  const tall: LinearVariant = { ...tile, threadColumns: 8 };
  const matrix = activations === 'f16' && features.subgroupMatrix ? [matrixVariant(features.subgroupMatrix)] : [];
  return [tile, tall, ...matrix];
}

/**
 * Matmul shape of an adapter with narrow SIMD, where `shape`, a 'columns' core, is the one for f32. With int8 a lane
 * has half the outputs and half the batch rows, which was fastest on two cores (15 GFLOP/s, f32 18) and compiles in a third
 * of the time. f16 has the tile only, at 3 GFLOP/s.
 */
export function narrowMatmul(shape: LinearVariant, activations: ActivationType): LinearVariant {
  if (activations === 'f32') return shape;
  if (activations === 'f16') return tileVariant(64, 64, 'f16');
  const { lanes, threadRows, columns } = shape;
  return { ...shape, activations, lanes: lanes * 2, threadRows: threadRows / 2, columns: columns / 2 };
}
