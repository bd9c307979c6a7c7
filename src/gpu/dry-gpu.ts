import { Gpu } from './device.ts';

/**
 * The device of `gpu` with nothing behind it: buffers and groups are made in name only, what is written goes nowhere. What is
 * recorded on it is what would be recorded on the device, and costs no memory there. It compiles and runs nothing.
 */
export function dryGpu(gpu: Gpu): Gpu {
  const { device } = gpu;
  const nothing = (): void => {};
  const encoder = { copyBufferToBuffer: nothing, clearBuffer: nothing, finish: () => ({}) };
  const made: Partial<Record<keyof GPUDevice, unknown>> = {
    createBuffer: ({ label, size }: GPUBufferDescriptor) => ({ label, size, destroy: nothing }),
    createBindGroup: () => ({}),
    createCommandEncoder: () => encoder,
    pushErrorScope: nothing,
    popErrorScope: () => Promise.resolve(null),
    queue: { writeBuffer: nothing, submit: nothing, onSubmittedWorkDone: () => Promise.resolve() },
    destroy: nothing,
  };
  const dry = new Proxy(device, {
    get: (target, key) => {
      if (key in made) return made[key as keyof GPUDevice];
      if (key === 'features' || key === 'limits' || key === 'lost') return Reflect.get(target, key, target) as unknown;
      throw new Error(`Winnow invariant broken: ${String(key)} of a dry device`);
    },
  });
  return new Gpu(dry, gpu.info, gpu.disabled, gpu.language, undefined);
}
