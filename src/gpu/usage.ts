/** The numeric flags of the WebGPU specification, so that nothing depends on globals that Node lacks. */
export const BufferUsage = {
  MAP_READ: 0x0001,
  COPY_SRC: 0x0004,
  COPY_DST: 0x0008,
  UNIFORM: 0x0040,
  STORAGE: 0x0080,
} as const;

export const MAP_READ = 0x0001;
export const STAGE_COMPUTE = 0x4;
