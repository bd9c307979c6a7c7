/** Names of adapters that compute on the CPU: Mesa's, Google's, Microsoft's. */
const NAMES = /llvmpipe|lavapipe|swiftshader|software|basic render/i;

/** Whether an adapter computes on the CPU: kernels take other shapes there. The one place that says so. */
export const isSoftware = ({
  vendor,
  architecture,
  device,
  description,
  isFallbackAdapter,
}: Pick<GPUAdapterInfo, 'vendor' | 'architecture' | 'device' | 'description' | 'isFallbackAdapter'>): boolean =>
  isFallbackAdapter || NAMES.test(`${vendor} ${architecture} ${device} ${description}`);

/** Lanes of the SIMD vector of a CPU behind an adapter: subgroups of exactly 8 (lavapipe with AVX2) or 4 (SwiftShader); 0 = none such. */
export function simdLanes({
  subgroups,
  subgroupMinSize,
  subgroupMaxSize,
}: {
  readonly subgroups: boolean;
  readonly subgroupMinSize: number;
  readonly subgroupMaxSize: number;
}): 0 | 4 | 8 {
  if (!subgroups || subgroupMinSize !== subgroupMaxSize) return 0;
  return subgroupMinSize === 4 || subgroupMinSize === 8 ? subgroupMinSize : 0;
}
