import type { Random } from '../../src/core/rng.ts';
import type { Constants } from '../../src/gpu/wgsl.ts';
import type { Gpu } from '../../src/gpu/device.ts';
import type { Kernel } from '../../src/gpu/kernel.ts';

export type Bytes = Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

/** One call of a kernel with its inputs on the CPU. */
export interface BuiltCase<P extends string, B extends string, C extends string, V> {
  readonly params: Readonly<Record<P, number>>;
  readonly constants: Readonly<Record<C, Constants[string]>>;
  readonly variant: V;
  readonly buffers: Readonly<Record<B, Bytes>>;
}

/**
 * What a kernel must do: shapes (odd ones first), inputs from a seeded generator, a float64 reference and a tolerance.
 * `reference` returns the expected content of every read_write binding, whole, bytes past the live part included.
 * An element passes when |got - want| <= tolerance * (scale + |want|), scale being the rms of the wanted values.
 */
export interface KernelCase<P extends string, B extends string, C extends string, V, S> {
  readonly kernel: Kernel<P, B, C, V>;
  readonly shapes: readonly S[];
  /** Shapes worth timing. */
  readonly bench: readonly S[];
  /** Why this shape cannot run on this adapter, naming the missing feature; undefined = it can. */
  readonly missing?: (shape: S, gpu: Gpu) => string | undefined;
  build(shape: S, random: Random): BuiltCase<P, B, C, V>;
  reference(built: BuiltCase<P, B, C, V>, shape: S): Readonly<Record<string, ArrayLike<number>>>;
  /** Turns packed outputs into the numbers that `reference` returns, under names of its own. Without it they are compared as they are. */
  readonly decode?: (got: Readonly<Record<string, Bytes>>, shape: S) => Readonly<Record<string, ArrayLike<number>>>;
  readonly tolerance: number;
  /** Work of a call, for the benchmark. */
  readonly work?: (shape: S) => { readonly bytes: number; readonly flops: number };
}

// The table of cases holds kernels of every type, hence the erased form.
// eslint-disable-next-line typescript/no-explicit-any
export type AnyKernelCase = KernelCase<any, any, any, any, any>;

export function kernelCase<P extends string, B extends string, C extends string, V, S>(
  kernel: Kernel<P, B, C, V>,
  rest: Omit<KernelCase<P, B, C, V, S>, 'kernel'>,
): KernelCase<P, B, C, V, S> {
  return { kernel, ...rest };
}

/** `count` numbers uniform in (-scale, scale). */
export const uniform = (count: number, random: Random, scale = 1): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: count }, () => (random.next() * 2 - 1) * scale);
