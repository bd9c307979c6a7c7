import type { Gpu } from '../gpu/device.ts';
import type { Plan } from '../gpu/plan.ts';

/** `steps` replays of a plan in one pass. */
export function encodeSteps(gpu: Gpu, plan: Plan, steps: number): GPUCommandEncoder {
  const encoder = gpu.device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  for (let step = 0; step < steps; step++) plan.encode(pass);
  pass.end();
  return encoder;
}

/** One replay of a plan, all but its last part submitted already, so that no submit holds the GPU for long. */
export function encodeInSubmits(gpu: Gpu, plan: Plan, submits: number): GPUCommandEncoder {
  const { length } = plan.entries;
  for (let part = 0; ; part++) {
    const encoder = gpu.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    plan.encode(pass, Math.floor((part * length) / submits), Math.floor(((part + 1) * length) / submits));
    pass.end();
    if (part + 1 >= submits) return encoder;
    gpu.submit([encoder.finish()]);
  }
}
