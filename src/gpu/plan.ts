import { invariant, roundUp } from '../core/invariant.ts';
import { BINDING_ALIGNMENT } from './array.ts';
import type { Pipeline } from './compile.ts';
import type { Gpu } from './device.ts';
import type { Dispatch } from './kernel.ts';
import { BufferUsage } from './usage.ts';

/** The most workgroups in one dimension of a dispatch. */
const MAX_WORKGROUPS = 65_535;

/** A dispatch in its place in a step. */
export interface RecordedDispatch {
  /** For people: what it does in the step. Nothing reads it but tables and traces. */
  readonly label: string;
  /** The layer of the network that it belongs to; undefined = none. */
  readonly layer: number | undefined;
  readonly dispatch: Dispatch;
}

/** Collects the dispatches of a step; `build` turns them into a plan. */
export class PlanRecorder {
  readonly dispatches: RecordedDispatch[] = [];
  #layer: number | undefined;

  /** Appends a dispatch; `label` says what it does (`layer.attention`, `head`, …). */
  add(label: string, dispatch: Dispatch): void {
    this.dispatches.push({ label, layer: this.#layer, dispatch });
  }

  /** Everything that `record` appends belongs to this layer. */
  inLayer(layer: number, record: () => void): void {
    const outer = this.#layer;
    this.#layer = layer;
    try {
      record();
    } finally {
      this.#layer = outer;
    }
  }

  /**
   * Compiles what is missing, writes all params into one uniform buffer and makes every bind group.
   * @throws CapabilityError when a kernel does not compile or a binding is refused; MemoryError.
   */
  async build(gpu: Gpu, name: string): Promise<Plan> {
    const pipelines = await Promise.all(this.dispatches.map(({ dispatch }) => gpu.pipelines.get(dispatch.request)));
    return gpu.checked(`recording ${name}`, () => this.#bind(gpu, name, pipelines));
  }

  #bind(gpu: Gpu, name: string, pipelines: readonly Pipeline[]): Plan {
    const stride = roundUp(
      Math.max(16, ...this.dispatches.map(({ dispatch }) => dispatch.params.byteLength)),
      BINDING_ALIGNMENT,
    );
    const arena = new Uint8Array(stride * Math.max(1, this.dispatches.length));
    this.dispatches.forEach(({ dispatch }, i) => arena.set(dispatch.params, i * stride));
    const uniforms = gpu.createBuffer(`${name} params`, arena.byteLength, BufferUsage.UNIFORM | BufferUsage.COPY_DST);
    gpu.write(uniforms, 0, arena);
    const entries = this.dispatches.map(({ label, layer, dispatch }, i): PlanEntry => {
      const [x, y, z] = dispatch.grid;
      invariant(
        x <= MAX_WORKGROUPS && y <= MAX_WORKGROUPS && z <= MAX_WORKGROUPS,
        () => `grid ${x},${y},${z} of ${label} is too large`,
      );
      gpu.counts.bindGroupsCreated++;
      const group = gpu.device.createBindGroup({
        layout: pipelines[i]!.layout,
        entries: [
          { binding: 0, resource: { buffer: uniforms, offset: i * stride, size: dispatch.params.byteLength } },
          ...dispatch.bindings.map(({ buffer, offset, byteLength }, binding) => ({
            binding: binding + 1,
            resource: { buffer, offset, size: byteLength },
          })),
        ],
      });
      return { label, layer, pipeline: pipelines[i]!, group, x, y, z };
    });
    return new Plan(gpu, name, entries, uniforms);
  }
}

export interface PlanEntry {
  readonly label: string;
  readonly layer: number | undefined;
  readonly pipeline: Pipeline;
  readonly group: GPUBindGroup;
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** A recorded list of dispatches. Replaying it creates nothing and writes nothing. */
export class Plan {
  readonly name: string;
  readonly entries: readonly PlanEntry[];
  readonly #gpu: Gpu;
  readonly #uniforms: GPUBuffer;

  constructor(gpu: Gpu, name: string, entries: readonly PlanEntry[], uniforms: GPUBuffer) {
    this.#gpu = gpu;
    this.name = name;
    this.entries = entries;
    this.#uniforms = uniforms;
  }

  /** Encodes the dispatches from `from` to before `to`, by default all, into a pass that is already open. */
  encode(pass: GPUComputePassEncoder, from = 0, to = this.entries.length): void {
    const { entries } = this;
    for (let i = from; i < to; i++) {
      const entry = entries[i]!;
      pass.setPipeline(entry.pipeline.compiled);
      pass.setBindGroup(0, entry.group);
      pass.dispatchWorkgroups(entry.x, entry.y, entry.z);
    }
    this.#gpu.counts.dispatches += to - from;
  }

  /** One pass, one submit. */
  replay(): void {
    const encoder = this.#gpu.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    this.encode(pass);
    pass.end();
    this.#gpu.submit([encoder.finish()]);
  }

  dispose(): void {
    this.#gpu.destroyBuffer(this.#uniforms);
  }
}
