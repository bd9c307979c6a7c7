import type { Constants } from '../../src/gpu/wgsl.ts';
import type { Gpu } from '../../src/gpu/device.ts';
import { defineKernel } from '../../src/gpu/kernel.ts';
import type { WgslPart } from '../../src/gpu/wgsl.ts';
import type { AnyKernelCase, Bytes } from '../../cases/support/kernel-case.ts';
import { asTypeOf, runKernel } from './run-kernel.ts';

/**
 * Runs a few lines of WGSL behind some includes, for tests of an include by itself.
 * `body` is the content of `main`, run once for each `i` below `count`; it reads `input` and writes `output`.
 * Kernels are cached by name and constants, so every text needs a `name` of its own.
 */
export async function runInline(
  gpu: Gpu,
  name: string,
  {
    includes,
    constants = {},
    declarations = '',
    body,
    count,
    input,
    output,
    more = {},
  }: {
    readonly includes: readonly WgslPart[];
    readonly constants?: Constants;
    /** WGSL before main: the bindings, `input` and `output` and whatever `more` holds, in this order. */
    readonly declarations?: string;
    readonly body: string;
    readonly count: number;
    readonly input: Bytes;
    readonly output: Bytes;
    readonly more?: Readonly<Record<string, Bytes>>;
  },
): Promise<Bytes> {
  const constantTypes = Object.fromEntries(
    Object.entries(constants).map(([key, value]) => [
      key,
      typeof value === 'boolean' ? ('bool' as const) : ('u32' as const),
    ]),
  );
  const kernel = defineKernel({
    name,
    source: `${declarations}
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id : vec3u) {
  let i = id.x;
  if (i >= COUNT) { return; }
  ${body}
}`,
    params: {},
    bindings: {
      input: 'read',
      output: 'read_write',
      ...Object.fromEntries(Object.keys(more).map((key) => [key, 'read' as const])),
    },
    constants: { COUNT: 'u32', ...constantTypes },
    includes: () => includes,
    grid: () => [Math.ceil(count / 64)],
  });
  const built = {
    params: {},
    constants: { COUNT: count, ...constants },
    variant: undefined,
    buffers: { input, output, ...more },
  };
  const got = await runKernel(gpu, { kernel } as unknown as AnyKernelCase, built);
  return asTypeOf(got['output']!, output);
}
