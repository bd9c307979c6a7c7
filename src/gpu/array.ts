/** A range of a GPU buffer as a kernel binds it. Whoever allocated the buffer disposes it. */
export interface GpuArray {
  readonly buffer: GPUBuffer;
  /** Bytes; a multiple of 256, the binding alignment every adapter accepts. */
  readonly offset: number;
  /** Bytes; a multiple of 4. */
  readonly byteLength: number;
}

/** Storage binding offsets that every adapter accepts (minStorageBufferOffsetAlignment's upper bound). */
export const BINDING_ALIGNMENT = 256;

/** The whole of a buffer as one array. */
export const wholeBuffer = (buffer: GPUBuffer): GpuArray => ({ buffer, offset: 0, byteLength: buffer.size });

/** A part of an array; `offset` in bytes from its start, a multiple of 256. */
export function slice(array: GpuArray, offset: number, byteLength: number): GpuArray {
  return { buffer: array.buffer, offset: array.offset + offset, byteLength };
}
