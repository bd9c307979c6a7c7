import type { Gpu } from '../../gpu/device.ts';
import type { Plan } from '../../gpu/plan.ts';

/** A plan that evicts, and after which of the steps. */
export interface EvictionSteps {
  readonly plan: Plan;
  readonly after: readonly boolean[];
}

/** `steps` replays of a plan in one pass, with evictions between. */
export function encodeSteps(gpu: Gpu, plan: Plan, steps: number, eviction?: EvictionSteps): GPUCommandEncoder {
  const encoder = gpu.device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  for (let step = 0; step < steps; step++) {
    plan.encode(pass);
    if (eviction?.after[step] === true) eviction.plan.encode(pass);
  }
  pass.end();
  return encoder;
}

/** One replay of a plan, and of an eviction behind it; all but the last part is submitted already, so that no submit holds the GPU for long. */
export function encodeInSubmits(gpu: Gpu, plan: Plan, submits: number, eviction?: EvictionSteps): GPUCommandEncoder {
  const { length } = plan.entries;
  for (let part = 0; ; part++) {
    const encoder = gpu.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    plan.encode(pass, Math.floor((part * length) / submits), Math.floor(((part + 1) * length) / submits));
    if (part + 1 >= submits && eviction?.after[0] === true) eviction.plan.encode(pass);
    pass.end();
    if (part + 1 >= submits) return encoder;
    gpu.submit([encoder.finish()]);
  }
}
