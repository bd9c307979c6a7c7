import { CapabilityError } from '../core/errors.ts';
import { Gpu } from './device.ts';
import { MATRIX_FEATURE } from './matrix-unit.ts';

export interface GpuRequest {
  /** `navigator.gpu`, or what the npm package `webgpu` creates. */
  readonly provider: GPU | undefined;
  /** A device of the caller's; it is used as it is and never destroyed. */
  readonly device?: GPUDevice | undefined;
  /** Text that the adapter's vendor, architecture, device or description must contain. */
  readonly adapter?: string | undefined;
  readonly disable?: readonly string[] | undefined;
}

/** The limits the kernels are written for; every WebGPU device has at least these. */
const WANTED_LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
] as const;

/** Least limits without which no kernel set exists. */
const LEAST_LIMITS: Readonly<Record<string, number>> = {
  maxStorageBuffersPerShaderStage: 8,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupStorageSize: 16_384,
};

const OPTIONAL_FEATURES: readonly string[] = ['shader-f16', 'subgroups', 'timestamp-query', MATRIX_FEATURE];

/** What an adapter calls itself. */
export const adapterName = (info: GPUAdapterInfo): string =>
  [info.vendor, info.architecture, info.device, info.description].filter(Boolean).join(' ') ||
  'an adapter without a name';

/**
 * Asks for an adapter and a device with every optional feature and limit the kernels can use.
 * @throws CapabilityError when WebGPU, an adapter, the asked adapter, or a needed limit is missing.
 */
export async function requestGpu({ provider, device, adapter: pattern, disable = [] }: GpuRequest): Promise<Gpu> {
  if (device) {
    refuseSmallLimits(device.limits, 'The device that was given');
    return new Gpu(device, device.adapterInfo, disable, languageOf(provider), undefined);
  }
  if (!provider)
    throw new CapabilityError({
      code: 'no-webgpu',
      happened: 'This environment has no WebGPU (navigator.gpu is missing).',
      expected:
        'A browser with WebGPU on a page served over https or from localhost, or Node with the package "webgpu".',
      todo: 'Update the browser, or see the list of supported browsers in the README.',
    });
  // Dawn in Node throws where browsers give null, and says which adapters there are.
  let reason: unknown;
  const adapter = await provider.requestAdapter({ powerPreference: 'high-performance' }).catch((error: unknown) => {
    reason = error;
    return null;
  });
  if (!adapter)
    throw new CapabilityError({
      code: 'no-adapter',
      happened: `WebGPU is there, but it offers no adapter${pattern ? ` whose name contains "${pattern}"` : ''}${reason instanceof Error ? ` (${reason.message.replaceAll(/\s+/g, ' ')})` : ''}.`,
      expected: 'A GPU, or a software adapter that the browser or Vulkan loader accepts.',
      todo: 'Check that hardware acceleration is on and the GPU driver is installed and not blocked.',
      cause: reason,
    });
  const found = adapterName(adapter.info);
  if (pattern && !found.toLowerCase().includes(pattern.toLowerCase()))
    throw new CapabilityError({
      code: 'no-adapter',
      happened: `The adapter offered is ${found}.`,
      expected: `One whose name contains "${pattern}" was asked for.`,
      todo: 'Leave the adapter option out, or name one that this machine has.',
    });
  refuseSmallLimits(adapter.limits, `The adapter ${found}`);
  const requiredLimits: Record<string, number> = {};
  for (const name of WANTED_LIMITS) requiredLimits[name] = adapter.limits[name];
  const features = OPTIONAL_FEATURES.filter(
    (name) => adapter.features.has(name as GPUFeatureName) && !disable.includes(name),
  );
  const owned = await adapter.requestDevice({
    label: 'winnow',
    requiredFeatures: features as GPUFeatureName[],
    requiredLimits,
  });
  return new Gpu(owned, adapter.info, disable, languageOf(provider), provider);
}

/** Language features belong to the browser, also where the device was given. */
const languageOf = (provider: GPU | undefined): ReadonlySet<string> =>
  new Set((provider ?? globalThis.navigator?.gpu)?.wgslLanguageFeatures ?? []);

const numberOf = (limits: GPUSupportedLimits, name: string): number =>
  limits[name as Exclude<keyof GPUSupportedLimits, '__brand'>] ?? 0;

function refuseSmallLimits(limits: GPUSupportedLimits, who: string): void {
  const small = Object.entries(LEAST_LIMITS).filter(([name, least]) => numberOf(limits, name) < least);
  if (small.length > 0)
    throw new CapabilityError({
      code: 'adapter-limits',
      happened: `${who} lacks limits: ${small.map(([name]) => `${name} is ${numberOf(limits, name)}`).join(', ')}.`,
      expected: `At least ${small.map(([name, least]) => `${name} ${least}`).join(', ')}.`,
      todo: 'Request the device with these limits, or let the engine request its own.',
    });
}
