import { wholeBuffer } from '../../gpu/array.ts';
import type { Gpu } from '../../gpu/device.ts';
import { pipelineKey } from '../../gpu/compile.ts';
import type { Access } from '../../gpu/kernel.ts';
import { PlanRecorder } from '../../gpu/plan.ts';
import { BufferUsage, MAP_READ } from '../../gpu/usage.ts';
import type { AnyKernelCase, BuiltCase, Bytes } from './kernel-case.ts';

/** A case runs another pipeline than was asked for. */
export class OtherPipelineError extends Error {}

/** Runs a built case once and returns the bytes of every read_write binding; `key` is the pipeline that it must run. */
export async function runKernel(
  gpu: Gpu,
  { kernel }: AnyKernelCase,
  built: BuiltCase<string, string, string, unknown>,
  key?: string,
): Promise<Record<string, Uint32Array<ArrayBuffer>>> {
  const names = Object.entries(kernel.spec.bindings as Record<string, Access>);
  const buffers = new Map<string, GPUBuffer>();
  try {
    for (const [name] of names) {
      const data = built.buffers[name]!;
      const buffer = gpu.createBuffer(name, data.byteLength);
      gpu.write(buffer, 0, data);
      buffers.set(name, buffer);
    }
    const recorder = new PlanRecorder();
    const bindings = Object.fromEntries([...buffers].map(([name, buffer]) => [name, wholeBuffer(buffer)]));
    const dispatch = kernel.call({ ...built, bindings });
    const own = pipelineKey(dispatch.request);
    if (key !== undefined && own !== key) throw new OtherPipelineError(own);
    recorder.add(kernel.spec.name, dispatch);
    const plan = await recorder.build(gpu, kernel.spec.name);
    try {
      await gpu.checked(kernel.spec.name, () => plan.replay());
      const out: Record<string, Uint32Array<ArrayBuffer>> = {};
      for (const [name, access] of names)
        // oxlint-disable-next-line no-await-in-loop -- a handful of small reads
        if (access === 'read_write')
          out[name] = await readBuffer(gpu, buffers.get(name)!, built.buffers[name]!.byteLength);
      return out;
    } finally {
      plan.dispose();
    }
  } finally {
    for (const buffer of buffers.values()) gpu.destroyBuffer(buffer);
  }
}

/** Copies a buffer's first `bytes` to the CPU. */
export async function readBuffer(
  gpu: Gpu,
  buffer: GPUBuffer,
  bytes: number = buffer.size,
): Promise<Uint32Array<ArrayBuffer>> {
  const staging = gpu.device.createBuffer({ size: bytes, usage: BufferUsage.MAP_READ | BufferUsage.COPY_DST });
  const encoder = gpu.device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, staging, 0, bytes);
  gpu.device.queue.submit([encoder.finish()]);
  try {
    await staging.mapAsync(MAP_READ);
    return new Uint32Array(staging.getMappedRange().slice(0));
  } catch (error) {
    throw gpu.disposedError ?? gpu.lostError ?? error;
  } finally {
    staging.destroy();
  }
}

/** The words as the type of the array they were written from. */
export const asTypeOf = (words: Uint32Array<ArrayBuffer>, like: Bytes): Bytes =>
  like instanceof Float32Array
    ? new Float32Array(words.buffer)
    : like instanceof Int32Array
      ? new Int32Array(words.buffer)
      : words;
