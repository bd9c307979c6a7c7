import type { GpuArray } from './array.ts';
import type { PipelineRequest } from './compile.ts';
import { typedConstants, type ConstantType, type Constants, type ConstantValue, type WgslPart } from './wgsl.ts';

export type ParamType = 'u32' | 'i32' | 'f32';
export type Access = 'read' | 'read_write';
/** Workgroups in x, y and z. */
export type Grid = readonly [number, number?, number?];

/**
 * The declaration of a kernel: one WGSL file and what it takes. `P` its params (a uniform of 4-byte scalars, binding 0),
 * `B` its storage bindings in order (binding 1, 2, …), `C` the constants of its prelude with their WGSL types, `V` what chooses
 * its includes.
 */
export interface KernelSpec<P extends string, B extends string, C extends string, V> {
  /** Path of the WGSL file below shaders/, without the suffix. */
  readonly name: string;
  readonly source: string;
  readonly params: Readonly<Record<P, ParamType>>;
  readonly bindings: Readonly<Record<B, Access>>;
  readonly constants: Readonly<Record<C, ConstantType>>;
  /** The parts that stand before the source, chosen by the variant. */
  readonly includes?: (variant: V) => readonly WgslPart[];
  readonly grid: (
    values: Readonly<Record<P, number>>,
    constants: Readonly<Record<C, ConstantValue>>,
    variant: V,
  ) => Grid;
}

export interface KernelCall<P extends string, B extends string, C extends string, V> {
  readonly params: Readonly<Record<P, number>>;
  readonly constants: Readonly<Record<C, ConstantValue>>;
  readonly bindings: Readonly<Record<B, GpuArray>>;
  readonly variant: V;
}

/** One call of a kernel, ready to be recorded. */
export interface Dispatch {
  /** The kernel itself, and what it was called with besides its bindings. */
  readonly kernel: { readonly spec: { readonly name: string } };
  readonly call: {
    readonly params: Readonly<Record<string, number>>;
    readonly constants: Constants;
    readonly variant: unknown;
  };
  readonly request: PipelineRequest;
  /** The params struct, 4 bytes a field, in declaration order. */
  readonly params: Uint8Array<ArrayBuffer>;
  readonly bindings: readonly GpuArray[];
  readonly grid: readonly [number, number, number];
}

export interface Kernel<P extends string = string, B extends string = string, C extends string = string, V = unknown> {
  readonly spec: KernelSpec<P, B, C, V>;
  /** A wrong or missing param, constant or binding is a type error here. */
  call(call: KernelCall<P, B, C, V>): Dispatch;
}

/** Declares a kernel; no effect until it is called. */
export function defineKernel<const P extends string, const B extends string, const C extends string, V = undefined>(
  spec: KernelSpec<P, B, C, V>,
): Kernel<P, B, C, V> {
  const access = Object.values<Access>(spec.bindings);
  const bindingNames = Object.keys(spec.bindings) as B[];
  const kernel: Kernel<P, B, C, V> = {
    spec,
    call({ params, constants, bindings, variant }) {
      const [x, y = 1, z = 1] = spec.grid(params, constants, variant);
      return {
        kernel,
        call: { params, constants, variant },
        request: {
          name: spec.name,
          parts: [...(spec.includes?.(variant) ?? []), { name: spec.name, text: spec.source }],
          constants: typedConstants(spec.constants, constants),
          access,
        },
        params: packParams(spec.params, params),
        bindings: bindingNames.map((name) => bindings[name]),
        grid: [x, y, z],
      };
    },
  };
  return kernel;
}

/** The params struct of a call: 4 bytes a field in declaration order, padded to whole vectors of 16 bytes, at least one. */
export function packParams<P extends string>(
  types: Readonly<Record<P, ParamType>>,
  values: Readonly<Record<P, number>>,
): Uint8Array<ArrayBuffer> {
  const fields = Object.entries(types) as [P, ParamType][];
  const bytes = new ArrayBuffer(Math.max(16, Math.ceil(fields.length / 4) * 16));
  const view = new DataView(bytes);
  fields.forEach(([name, type], i) => {
    if (type === 'f32') view.setFloat32(4 * i, values[name], true);
    else if (type === 'u32') view.setUint32(4 * i, values[name], true);
    else view.setInt32(4 * i, values[name], true);
  });
  return new Uint8Array(bytes);
}
