import { AbortedError, CapabilityError, DeviceLostError, MemoryError } from '../core/errors.ts';
import { roundUp } from '../core/invariant.ts';
import { PipelineCache } from './compile.ts';
import { MATRIX_FEATURE, matrixOf, type SubgroupMatrix } from './matrix-unit.ts';
import { isSoftware } from './software.ts';
import { BufferUsage } from './usage.ts';

/** What happened on the device so far; tests and reports compare two readings. */
export interface GpuCounts {
  buffersCreated: number;
  bindGroupsCreated: number;
  dispatches: number;
  submits: number;
  /** Bytes written from the CPU with `queue.writeBuffer`. */
  bytesWritten: number;
}

export interface GpuFeatures {
  readonly shaderF16: boolean;
  readonly subgroups: boolean;
  /** 0 where subgroups are missing or switched off. */
  readonly subgroupMinSize: number;
  readonly subgroupMaxSize: number;
  /** dot4I8Packed: four products of bytes at once. */
  readonly packedDot: boolean;
  /** The matrix unit that kernels use, where there is one. */
  readonly subgroupMatrix: SubgroupMatrix | undefined;
}

const PACKED_DOT = 'packed_4x8_integer_dot_product';

/** A device, its features and limits, and every buffer that was made on it. */
export class Gpu {
  readonly device: GPUDevice;
  readonly info: GPUAdapterInfo;
  readonly features: GpuFeatures;
  readonly limits: GPUSupportedLimits;
  readonly disabled: readonly string[];
  readonly pipelines: PipelineCache;
  readonly counts: GpuCounts = { buffersCreated: 0, bindGroupsCreated: 0, dispatches: 0, submits: 0, bytesWritten: 0 };
  /** Settles when the device is gone, with the error that everything pending should reject with. */
  readonly lost: Promise<DeviceLostError>;
  lostError: DeviceLostError | undefined;
  peakBytes = 0;
  readonly #buffers = new Set<GPUBuffer>();
  #bytes = 0;
  #disposed = false;

  /** Held because Dawn in Node crashes when the provider is collected before its devices. */
  readonly #provider: GPU | undefined;

  /** WGSL language features of whoever made the device. */
  readonly language: ReadonlySet<string>;

  constructor(
    device: GPUDevice,
    info: GPUAdapterInfo,
    disabled: readonly string[],
    language: ReadonlySet<string>,
    provider: GPU | undefined,
  ) {
    this.device = device;
    this.info = info;
    this.disabled = disabled;
    this.language = language;
    this.limits = device.limits;
    this.#provider = provider;
    const on = (feature: string): boolean => device.features.has(feature) && !disabled.includes(feature);
    this.features = {
      shaderF16: on('shader-f16'),
      subgroups: on('subgroups'),
      subgroupMinSize: on('subgroups') ? (info.subgroupMinSize ?? 4) : 0,
      subgroupMaxSize: on('subgroups') ? (info.subgroupMaxSize ?? 128) : 0,
      packedDot: language.has(PACKED_DOT) && !disabled.includes(PACKED_DOT),
      subgroupMatrix:
        on(MATRIX_FEATURE) && on('shader-f16') && on('subgroups') && language.has('subgroup_id')
          ? matrixOf(info)
          : undefined,
    };
    this.pipelines = new PipelineCache(device);
    this.lost = device.lost.then((lost) => {
      this.lostError = new DeviceLostError({
        code: 'device-lost',
        happened: `The GPU device was lost (${lost.reason || 'unknown reason'}${lost.message ? `: ${lost.message}` : ''}).`,
        expected: 'It would stay until the engine is disposed.',
        todo: 'Call engine.restore(); conversations keep their ids and settings.',
      });
      return this.lostError;
    });
  }

  /** Whether the adapter computes on the CPU: kernels take other shapes there. */
  get software(): boolean {
    return isSoftware(this.info);
  }

  /** Bytes of all living buffers. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many buffers are alive. */
  get buffers(): number {
    return this.#buffers.size;
  }

  /**
   * Makes a tracked buffer of `size` bytes (rounded up to 4).
   * @throws MemoryError when the size is above the device's limit.
   */
  createBuffer(
    label: string,
    size: number,
    usage: number = BufferUsage.STORAGE | BufferUsage.COPY_DST | BufferUsage.COPY_SRC,
  ): GPUBuffer {
    if (this.lostError) throw this.lostError;
    const bytes = Math.max(16, roundUp(size, 4));
    if (bytes > this.limits.maxBufferSize)
      throw new MemoryError({
        code: 'out-of-memory',
        happened: `The buffer "${label}" needs ${bytes} bytes.`,
        expected: `This device allows buffers of at most ${this.limits.maxBufferSize} bytes.`,
        todo: 'Choose a smaller model or a smaller context.',
      });
    const buffer = this.device.createBuffer({ label, size: bytes, usage });
    this.#buffers.add(buffer);
    this.#bytes += bytes;
    this.peakBytes = Math.max(this.peakBytes, this.#bytes);
    this.counts.buffersCreated++;
    return buffer;
  }

  destroyBuffer(buffer: GPUBuffer): void {
    if (!this.#buffers.delete(buffer)) return;
    this.#bytes -= buffer.size;
    buffer.destroy();
  }

  /** Writes bytes into a buffer in queue order. `offset` and the data's length are multiples of 4. */
  write(buffer: GPUBuffer, offset: number, data: ArrayBufferView<ArrayBuffer>): void {
    this.device.queue.writeBuffer(buffer, offset, data.buffer, data.byteOffset, data.byteLength);
    this.counts.bytesWritten += data.byteLength;
  }

  submit(commands: GPUCommandBuffer[]): void {
    this.device.queue.submit(commands);
    this.counts.submits++;
  }

  /** Resolves when everything submitted is done; rejects when the device is lost. */
  async finished(): Promise<void> {
    await Promise.race([this.device.queue.onSubmittedWorkDone(), this.lost.then((error) => Promise.reject(error))]);
  }

  /**
   * Runs `work` and rejects when the GPU reported an error for the commands that it gave before its first `await`: only until
   * then are the device's error scopes open, so that calls at the same time do not take each other's errors.
   * @throws MemoryError, CapabilityError `command-refused`, or the device-lost error.
   */
  async checked<T>(what: string, work: () => T): Promise<Awaited<T>> {
    this.device.pushErrorScope('validation');
    this.device.pushErrorScope('out-of-memory');
    let result: T;
    let scopes: Promise<GPUError | null>[];
    try {
      result = work();
      // Whoever waits for it hears of the scope's error first.
      if (result instanceof Promise) result.catch(() => {});
    } finally {
      scopes = [this.device.popErrorScope(), this.device.popErrorScope()];
      for (const scope of scopes) scope.catch(() => {});
    }
    const [memory, validation] = await Promise.all(scopes).catch(() => [null, null]);
    if (this.lostError) throw this.lostError;
    if (memory)
      throw new MemoryError({
        code: 'out-of-memory',
        happened: `The GPU ran out of memory: ${what} (${memory.message}).`,
        expected: `${this.#bytes} bytes are in use by this engine.`,
        todo: 'Close other pages that use the GPU, or choose a smaller model or context.',
      });
    if (validation)
      throw new CapabilityError({
        code: 'command-refused',
        happened: `The GPU refused a command: ${what} (${validation.message}).`,
        expected: 'Every command is valid on every WebGPU device.',
        todo: 'Please report this with the output of engine.report().',
      });
    return await result;
  }

  /** Destroys every buffer, and the device if it is our own. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const buffer of this.#buffers) buffer.destroy();
    this.#buffers.clear();
    this.#bytes = 0;
    // A device of the caller's came without a provider.
    if (this.#provider) this.device.destroy();
  }

  /** The error for work that is asked of a disposed device. */
  get disposedError(): AbortedError | undefined {
    return this.#disposed
      ? new AbortedError({
          code: 'aborted',
          happened: 'The engine was disposed while this ran.',
          expected: 'It would run to its end.',
          todo: 'Create a new engine.',
        })
      : undefined;
  }
}
