import type { KernelResult, KernelTiming, Roofs } from 'winnow-llm/bench/records';
import { familyOf } from './family.ts';

/** One timed kernel on the roofline. */
export interface RooflinePoint {
  readonly kernel: string;
  readonly shape: string;
  readonly family: string;
  /** FLOP for each byte that must move. */
  readonly intensity: number;
  readonly gigaflops: number;
  /** Its time is mostly the cost of a launch: the sloped and the flat roof say nothing about it. */
  readonly launchBound: boolean;
  readonly timing: KernelTiming;
}

/** A roof at one intensity: the median, and the lowest and highest of the runs, in GFLOP/s. */
export interface RoofPoint {
  readonly intensity: number;
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export interface Roofline {
  readonly points: readonly RooflinePoint[];
  readonly roof: readonly RoofPoint[];
  /** FLOP per byte at which the two roofs meet. */
  readonly ridge: number;
  readonly intensities: readonly [number, number];
  readonly gigaflops: readonly [number, number];
  /** Kernels that were timed but do no arithmetic: a roofline has no place for them. */
  readonly withoutArithmetic: number;
}

/** Points and roofs of a roofline; undefined where nothing was timed. */
export function rooflineData(roofs: Roofs, kernels: readonly KernelResult[]): Roofline | undefined {
  const timed = kernels.flatMap(({ kernel, shape, timing }) => (timing ? [{ kernel, shape, timing }] : []));
  const points = timed
    .filter(({ timing }) => timing.flops > 0 && timing.bytes > 0 && timing.gigaflops > 0)
    .map(({ kernel, shape, timing }) => ({
      kernel,
      shape,
      timing,
      family: familyOf(kernel),
      intensity: timing.flops / timing.bytes,
      gigaflops: timing.gigaflops,
      launchBound: timing.roof === 'launch',
    }))
    .toSorted((a, b) => a.intensity - b.intensity || a.gigaflops - b.gigaflops);
  const { stream, multiplyAdd } = roofs;
  if (points.length === 0 || !(stream.median > 0) || !(multiplyAdd.median > 0)) return undefined;

  const ridge = multiplyAdd.median / stream.median;
  const low = floorDecade(Math.min(ridge / 4, ...points.map(({ intensity }) => intensity)));
  const high = ceilDecade(Math.max(ridge * 4, ...points.map(({ intensity }) => intensity)));
  const roofAt = (intensity: number): RoofPoint => ({
    intensity,
    median: Math.min(stream.median * intensity, multiplyAdd.median),
    min: Math.min(stream.min * intensity, multiplyAdd.min),
    max: Math.min(stream.max * intensity, multiplyAdd.max),
  });
  const corners = [low, multiplyAdd.min / stream.min, ridge, multiplyAdd.max / stream.max, high];
  const slowest = Math.min(...points.map(({ gigaflops }) => gigaflops));
  const fastest = Math.max(multiplyAdd.max, ...points.map(({ gigaflops }) => gigaflops));
  return {
    points,
    roof: corners
      .filter((at) => at >= low && at <= high)
      .toSorted((a, b) => a - b)
      .map(roofAt),
    ridge,
    intensities: [low, high],
    gigaflops: [floorDecade(slowest), fastest * 2],
    withoutArithmetic: timed.length - points.length,
  };
}

const floorDecade = (value: number): number => 10 ** Math.floor(Math.log10(value));
const ceilDecade = (value: number): number => 10 ** Math.ceil(Math.log10(value));
