/** The adapter there is, under a name that no software adapter has: the engine then takes the kernel shapes of GPUs. */
export function disguised(gpu: GPU): GPU {
  const named = {
    vendor: 'test',
    architecture: 'wide',
    device: '',
    description: '',
    subgroupMinSize: 4,
    subgroupMaxSize: 128,
    isFallbackAdapter: false,
  };
  const requestAdapter: GPU['requestAdapter'] = async (options) => {
    const adapter = await gpu.requestAdapter(options);
    return (
      adapter &&
      new Proxy(adapter, {
        get(target, key) {
          if (key === 'info') return named;
          const value: unknown = Reflect.get(target, key, target);
          return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        },
      })
    );
  };
  return { requestAdapter } as GPU;
}
