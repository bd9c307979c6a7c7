import type { Gpu } from './device.ts';
import { BufferUsage, MAP_READ } from './usage.ts';

/** A ring of mapped staging buffers: what steps wrote is copied into one and read while the next steps run. */
export class Readback {
  readonly #gpu: Gpu;
  readonly #free: GPUBuffer[] = [];

  /** @param bytes size of each staging buffer @param count how many reads may be in flight */
  constructor(gpu: Gpu, bytes: number, count: number) {
    this.#gpu = gpu;
    for (let i = 0; i < count; i++)
      this.#free.push(gpu.createBuffer(`readback ${i}`, bytes, BufferUsage.MAP_READ | BufferUsage.COPY_DST));
  }

  /** How many more reads can begin now. */
  get free(): number {
    return this.#free.length;
  }

  /**
   * Appends copies to the encoder, submits it and maps the result.
   * @param ranges [source, offset, bytes] in the order they appear in the result
   * @param wait waits for the mapping that it is given.
   * @returns the words; rejects with the device-lost or disposed error.
   */
  async submit(
    encoder: GPUCommandEncoder,
    ranges: readonly (readonly [GPUBuffer, number, number])[],
    wait: (map: () => Promise<void>) => Promise<void> = (map) => map(),
  ): Promise<Uint32Array<ArrayBuffer>> {
    const staging = this.#free.pop();
    if (!staging) throw new Error('Winnow invariant broken: no staging buffer is free');
    let at = 0;
    for (const [source, offset, bytes] of ranges) {
      encoder.copyBufferToBuffer(source, offset, staging, at, bytes);
      at += bytes;
    }
    this.#gpu.submit([encoder.finish()]);
    try {
      await wait(() => {
        const mapped = staging.mapAsync(MAP_READ, 0, at);
        mapped.catch(() => {});
        return Promise.race([mapped, this.#gpu.lost.then((error) => Promise.reject(error))]);
      });
    } catch (error) {
      throw this.#gpu.disposedError ?? this.#gpu.lostError ?? error;
    }
    const words = new Uint32Array(staging.getMappedRange(0, at).slice(0));
    staging.unmap();
    this.#free.push(staging);
    return words;
  }

  dispose(): void {
    for (const buffer of this.#free) this.#gpu.destroyBuffer(buffer);
    this.#free.length = 0;
  }
}
