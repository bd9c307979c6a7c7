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

export interface FakeAdapter {
  readonly vendor?: string;
  readonly description?: string;
  readonly features?: readonly string[];
  readonly languageFeatures?: readonly string[];
  /** Size of its subgroups, from and to. */
  readonly subgroups?: readonly [number, number];
}

/** `navigator.gpu` of a machine with such an adapter, whose devices are fake. */
export function fakeProvider({
  vendor = 'test',
  description = '',
  features = [],
  languageFeatures = [],
  subgroups,
}: FakeAdapter = {}): GPU {
  const limits = {
    maxBufferSize: 2 ** 31,
    maxStorageBufferBindingSize: 2 ** 30,
    maxStorageBuffersPerShaderStage: 8,
    maxComputeInvocationsPerWorkgroup: 256,
    maxComputeWorkgroupStorageSize: 16_384,
    maxComputeWorkgroupSizeX: 256,
  };
  const info = {
    vendor,
    architecture: '',
    device: '',
    description,
    isFallbackAdapter: false,
    ...(subgroups && { subgroupMinSize: subgroups[0], subgroupMaxSize: subgroups[1] }),
  };
  const own = new Set([...features, ...(subgroups ? ['subgroups'] : [])]);
  const requestDevice = async () => {
    const { device } = fakeDevice();
    return Object.assign(device, { limits, features: own, destroy: () => {} });
  };
  const adapter = { info, limits, features: own, requestDevice };
  return { requestAdapter: async () => adapter, wgslLanguageFeatures: new Set(languageFeatures) } as unknown as GPU;
}
