import type { AttentionObserver } from '../attention/backend.ts';
import type { Runtime } from '../engine/runtime.ts';
import { wholeBuffer, type GpuArray } from '../gpu/array.ts';
import { Readback } from '../gpu/readback.ts';
import { shadowKeys } from '../kernels/eval/shadow-keys.ts';
import { shadowMass } from '../kernels/eval/shadow-mass.ts';
import { scaleOf } from '../kernels/layer-view.ts';

/** Measures the share of the softmax over all past tokens that falls on the slots a row has read, beside a copy of all keys. */
export class MassMeter {
  readonly observer: AttentionObserver;
  readonly #runtime: Runtime;
  readonly #keys: readonly GpuArray[];
  readonly #mass: GpuArray;
  readonly #heads: number;

  /** @param tokens how many keys are kept */
  constructor(runtime: Runtime, tokens: number) {
    const { gpu, config } = runtime;
    this.#runtime = runtime;
    this.#heads = Math.max(...config.layers.map(({ qHeads }) => qHeads));
    this.#keys = config.layers.map(({ kvHeads, headDim }, layer) =>
      wholeBuffer(gpu.createBuffer(`all keys ${layer}`, kvHeads * tokens * headDim * 4)),
    );
    this.#mass = wholeBuffer(gpu.createBuffer('attention on what was read', config.layers.length * this.#heads * 4));
    this.observer = {
      name: 'mass',
      encode: (recorder, layer, { query, lse }, { rows }) => {
        const { kvHeads, groupSize, headDim, softCap = 0, kv, state, cache } = layer;
        const keys = this.#keys[layer.layer]!;
        const constants = { KV_HEADS: kvHeads, GROUP: groupSize, HEAD_DIM: headDim };
        recorder.add(
          'measure.keys',
          shadowKeys.call({
            params: { layer: layer.layer, rows, capacity: tokens },
            constants,
            variant: { kv },
            bindings: { state, cache, keys },
          }),
        );
        if (rows > 1) return;
        recorder.add(
          'measure.mass',
          shadowMass.call({
            params: { scale: scaleOf(layer), layer: layer.layer, capacity: tokens, at: layer.layer * this.#heads },
            constants: { ...constants, SOFT_CAP: softCap },
            variant: undefined,
            bindings: { state, query, keys, lse, mass: this.#mass },
          }),
        );
      },
    };
  }

  /** Begins to measure: what prompts have added is forgotten. */
  start(): void {
    const { gpu, config } = this.#runtime;
    gpu.write(this.#mass.buffer, 0, new Float32Array(config.layers.length * this.#heads));
  }

  /** The share, mean over so many tokens, layers and query heads. */
  async read(tokens: number): Promise<number> {
    const { gpu, config } = this.#runtime;
    const staging = new Readback(gpu, this.#mass.byteLength, 1);
    try {
      const encoder = gpu.device.createCommandEncoder();
      const words = await staging.submit(encoder, [[this.#mass.buffer, 0, this.#mass.byteLength]]);
      const sum = new Float32Array(words.buffer).reduce((total, share) => total + share, 0);
      return sum / tokens / config.layers.reduce((heads, { qHeads }) => heads + qHeads, 0);
    } finally {
      staging.dispose();
    }
  }

  /** Gives its memory back; plans that bound it must be forgotten. */
  async dispose(): Promise<void> {
    const { gpu, plans } = this.#runtime;
    await plans.clear();
    for (const { buffer } of [...this.#keys, this.#mass]) gpu.destroyBuffer(buffer);
  }
}
