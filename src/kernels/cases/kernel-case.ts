/** What a kernel must do, as tests check it and the benchmark times it. The cases themselves stand beside the tests. */

import type { Random } from '../../core/rng.ts';
import type { Gpu } from '../../gpu/device.ts';
import type { Kernel } from '../../gpu/kernel.ts';
import type { ConstantValue } from '../../gpu/wgsl.ts';

export type Bytes = Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

/** One call of a kernel with its inputs on the CPU. */
export interface BuiltCase<P extends string, B extends string, C extends string, V> {
  readonly params: Readonly<Record<P, number>>;
  readonly constants: Readonly<Record<C, ConstantValue>>;
  readonly variant: V;
  readonly buffers: Readonly<Record<B, Bytes>>;
}

/** Bytes that a call must read and write at least once, and its arithmetic (an add and a multiplication are two). */
export interface KernelWork {
  readonly bytes: number;
  readonly flops: number;
}

/**
 * What a kernel must do: shapes (odd ones first), inputs from a seeded generator, a float64 reference and a tolerance.
 * `reference` returns the expected content of every read_write binding, whole, bytes past the live part included.
 * An element passes when |got - want| <= tolerance * (scale + |want|), scale being the rms of the wanted values.
 */
export interface KernelCase<P extends string, B extends string, C extends string, V, S> {
  readonly kernel: Kernel<P, B, C, V>;
  readonly shapes: readonly S[];
  /** Shapes worth timing: those of real models. Running one again on its own outputs must do no harm. */
  readonly bench: readonly S[];
  /** A bench shape in words, unique within the kernel. Default: its fields. */
  readonly label?: (shape: S) => string;
  /** Whether an adapter of this kind could be tuned to a bench shape; where it could not, the shape is left out. */
  readonly suits?: (shape: S, gpu: Pick<Gpu, 'software' | 'features'>) => boolean;
  /** A smaller shape with the same pipeline, checked in place of a bench shape whose reference takes too long. */
  readonly check?: (shape: S) => S;
  /** Why this shape cannot run on this adapter, naming the missing feature; undefined = it can. */
  readonly missing?: (shape: S, gpu: Gpu) => string | undefined;
  build(shape: S, random: Random): BuiltCase<P, B, C, V>;
  reference(built: BuiltCase<P, B, C, V>, shape: S): Readonly<Record<string, ArrayLike<number>>>;
  /** Turns packed outputs into the numbers that `reference` returns, under names of its own. Without it they are compared as they are. */
  readonly decode?: (got: Readonly<Record<string, Bytes>>, shape: S) => Readonly<Record<string, ArrayLike<number>>>;
  readonly tolerance: number;
  /**
   * A shape as small as tells a right kernel from a wrong one, whose call makes the pipeline of these constants and this
   * variant: what an engine compares with the reference before it uses that pipeline. Undefined where the case has none such.
   */
  readonly probe?: (constants: Readonly<Record<C, ConstantValue>>, variant: V) => S | undefined;
  /** Work of a call, for the benchmark; a case with bench shapes has it. */
  readonly work?: (shape: S) => KernelWork;
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

/** A bench shape in words: the case's own, else its fields. */
export const shapeLabel = (item: AnyKernelCase, shape: unknown): string => item.label?.(shape) ?? fieldsOf(shape);

function fieldsOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(fieldsOf).join(' + ');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(
      ([name, field]) =>
        `${name} ${typeof field === 'object' && field !== null ? `(${fieldsOf(field)})` : String(field)}`,
    )
    .join(', ');
}
