import { wholeBuffer, type GpuArray } from '../../gpu/array.ts';
import type { Gpu } from '../../gpu/device.ts';

/** What proposers keep from step to step and from conversation to conversation; each buffer is allocated when a plan first binds it. */
export class DraftMemory {
  readonly #gpu: Gpu;
  readonly #made = new Map<string, GpuArray>();

  constructor(gpu: Gpu) {
    this.#gpu = gpu;
  }

  get bytes(): number {
    return [...this.#made.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  /** The buffer of this name and size, zeroed or with this content when it is made. */
  readonly kept = (label: string, words: number, content?: () => Uint32Array<ArrayBuffer>): GpuArray => {
    const name = `${label}, ${words} words`;
    const known = this.#made.get(name);
    if (known) return known;
    const made = wholeBuffer(this.#gpu.createBuffer(label, words * 4));
    if (content) this.#gpu.write(made.buffer, 0, content());
    this.#made.set(name, made);
    return made;
  };
}
