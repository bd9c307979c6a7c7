/** A case's buffers on the GPU, several times, so that calls one after the other find nothing in the caches. */

import { ceilDiv, roundUp } from '../core/invariant.ts';
import { BINDING_ALIGNMENT, type GpuArray } from '../gpu/array.ts';
import type { Gpu } from '../gpu/device.ts';
import type { Access } from '../gpu/kernel.ts';
import { PlanRecorder, type Plan } from '../gpu/plan.ts';
import type { AnyKernelCase, BuiltCase } from '../kernels/cases/kernel-case.ts';
import type { Timed } from './pass-timer.ts';

/** Bytes that a pass goes through at least: several times what caches hold. */
const ROTATED_BYTES = { gpu: 256 * 2 ** 20, software: 96 * 2 ** 20 };
/** Buffers below this fit any cache anyhow, and measure a launch. */
const LEAST_BYTES = 64 * 2 ** 10;
const MOST_COPIES = 256;

/** A built case, ready to be timed. */
export interface TimedCase extends Timed {
  readonly rotatedBytes: number;
  dispose(): void;
}

/**
 * How many copies of a case's buffers are made.
 * @param sizes bytes of each binding @param mostBytes the largest buffer that the device allows
 */
export function copiesOf(sizes: readonly number[], budget: number, mostBytes: number): number {
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  if (bytes < LEAST_BYTES) return 1;
  const fits = Math.floor(mostBytes / Math.max(...sizes.map((size) => roundUp(size, BINDING_ALIGNMENT))));
  return Math.max(1, Math.min(ceilDiv(budget, bytes), MOST_COPIES, fits));
}

/** Makes the copies and a plan with one dispatch for each. Repeating it goes through them in turn. */
export async function prepareCase(
  gpu: Gpu,
  { kernel }: AnyKernelCase,
  built: BuiltCase<string, string, string, unknown>,
): Promise<TimedCase> {
  const bindings = Object.entries(kernel.spec.bindings as Record<string, Access>);
  const sizes = bindings.map(([name]) => built.buffers[name]!.byteLength);
  const copies = copiesOf(sizes, ROTATED_BYTES[gpu.software ? 'software' : 'gpu'], gpu.limits.maxBufferSize);
  const made: GPUBuffer[] = [];
  const buffer = (label: string, bytes: number): GPUBuffer => {
    const one = gpu.createBuffer(label, bytes);
    made.push(one);
    return one;
  };
  let plan: Plan | undefined;
  const dispose = (): void => {
    plan?.dispose();
    for (const one of made) gpu.destroyBuffer(one);
  };
  try {
    const sets = await gpu.checked('allocating the buffers of a kernel', () =>
      bindings.map(([name, access], i) => {
        const bytes = sizes[i]!;
        const stride = roundUp(bytes, BINDING_ALIGNMENT);
        const first = buffer(name, bytes);
        gpu.write(first, 0, built.buffers[name]!);
        const all = buffer(`${name} copies`, (copies - 1) * stride + bytes);
        const fill = (encoder: GPUCommandEncoder): void => {
          for (let copy = 0; copy < copies; copy++) encoder.copyBufferToBuffer(first, 0, all, copy * stride, bytes);
        };
        return {
          name,
          access,
          fill,
          arrayOf: (copy: number): GpuArray => ({ buffer: all, offset: copy * stride, byteLength: bytes }),
        };
      }),
    );
    const recorder = new PlanRecorder();
    for (let copy = 0; copy < copies; copy++)
      recorder.add(
        kernel.spec.name,
        kernel.call({ ...built, bindings: Object.fromEntries(sets.map(({ name, arrayOf }) => [name, arrayOf(copy)])) }),
      );
    plan = await recorder.build(gpu, kernel.spec.name);
    const refill = (which: typeof sets): void => {
      const encoder = gpu.device.createCommandEncoder();
      for (const { fill } of which) fill(encoder);
      gpu.submit([encoder.finish()]);
    };
    refill(sets);
    const written = sets.filter(({ access }) => access === 'read_write');
    const { entries } = plan;
    let next = 0;
    return {
      rotatedBytes: copies * sizes.reduce((sum, size) => sum + size, 0),
      restore: () => refill(written),
      encode(pass, repeats) {
        for (let i = 0; i < repeats; i++) {
          // Goes on where the last pass stopped: short passes must not begin with the same copies each time.
          const { pipeline, group, x, y, z } = entries[next++ % entries.length]!;
          pass.setPipeline(pipeline.compiled);
          pass.setBindGroup(0, group);
          pass.dispatchWorkgroups(x, y, z);
        }
      },
      dispose,
    };
  } catch (error) {
    dispose();
    throw error;
  }
}
