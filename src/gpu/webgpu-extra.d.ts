// What @types/web lacks so far.
interface GPUBindingCommandsMixin {
  setImmediates(offset: number, data: AllowSharedBufferSource, dataOffset?: number, size?: number): void;
}
interface GPUSupportedLimits {
  readonly maxImmediateSize: number;
}
