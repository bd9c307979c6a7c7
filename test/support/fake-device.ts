/** A device without a GPU: it makes nothing, keeps what it is asked for, and has error scopes as WebGPU has them. */

export interface FakeDevice {
  readonly device: GPUDevice;
  /** The WGSL of every module. */
  readonly code: string[];
  /** Raises an error of the commands that are being given: the innermost open scope of its kind takes it. */
  raise(filter: GPUErrorFilter, message: string): void;
  /** Refuses to compile until it is undefined again. */
  refuse: string | undefined;
}

export function fakeDevice(): FakeDevice {
  const scopes: { readonly filter: GPUErrorFilter; error: GPUError | null }[] = [];
  const fake: FakeDevice = {
    code: [],
    refuse: undefined,
    raise(filter, message) {
      const scope = scopes.findLast((open) => open.filter === filter);
      if (scope) scope.error ??= { message };
    },
    device: {
      limits: { maxBufferSize: 2 ** 28, maxStorageBufferBindingSize: 2 ** 27 },
      features: new Set<string>(),
      lost: new Promise(() => {}),
      queue: { writeBuffer: () => {}, submit: () => {} },
      pushErrorScope: (filter: GPUErrorFilter) => void scopes.push({ filter, error: null }),
      popErrorScope: () => Promise.resolve(scopes.pop()!.error),
      createBuffer: ({ size }: GPUBufferDescriptor) => ({ size, destroy: () => {} }),
      createBindGroupLayout: (descriptor: GPUBindGroupLayoutDescriptor) => descriptor,
      createPipelineLayout: (descriptor: GPUPipelineLayoutDescriptor) => descriptor,
      createBindGroup: (descriptor: GPUBindGroupDescriptor) => descriptor,
      createShaderModule: ({ code }: GPUShaderModuleDescriptor) => {
        fake.code.push(code);
        const messages =
          fake.refuse === undefined ? [] : [{ type: 'error', message: fake.refuse, lineNum: 3, linePos: 5 }];
        return { getCompilationInfo: () => Promise.resolve({ messages }) };
      },
      createComputePipelineAsync: () =>
        fake.refuse === undefined ? Promise.resolve({}) : Promise.reject(new Error(fake.refuse)),
    } as unknown as GPUDevice,
  };
  return fake;
}
