import { CapabilityError, throwIfAborted } from '../core/errors.ts';
import { adapterName, answered, findAdapter, refuseSmallLimits, type AdapterRequest } from './adapter.ts';
import { Gpu } from './device.ts';
import { MATRIX_FEATURE } from './matrix-unit.ts';

export { adapterName } from './adapter.ts';

export interface GpuRequest extends AdapterRequest {
  /** A device of the caller's; it is used as it is and never destroyed. */
  readonly device?: GPUDevice | undefined;
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

const OPTIONAL_FEATURES: readonly string[] = ['shader-f16', 'subgroups', 'timestamp-query', MATRIX_FEATURE];

/**
 * Asks for an adapter and a device with every optional feature and limit the kernels can use.
 * @throws CapabilityError when WebGPU, an adapter, the asked adapter, a needed limit or a device is missing; AbortedError
 */
export async function requestGpu(request: GpuRequest): Promise<Gpu> {
  const { provider, device, disable = [], signal, answerMs } = request;
  if (device) {
    refuseSmallLimits(device.limits, 'The device that was given');
    return new Gpu(device, device.adapterInfo, disable, languageOf(provider), undefined);
  }
  const adapter = await findAdapter(request);
  const requiredLimits: Record<string, number> = {};
  for (const name of WANTED_LIMITS) requiredLimits[name] = adapter.limits[name];
  const features = OPTIONAL_FEATURES.filter(
    (name) => adapter.features.has(name as GPUFeatureName) && !disable.includes(name),
  );
  const ask = async () =>
    adapter.requestDevice({
      label: 'winnow',
      requiredFeatures: features as GPUFeatureName[],
      requiredLimits,
    });
  const owned = await answered(ask, 'requestDevice()', { signal, answerMs }, (late) => late.destroy()).catch(
    (cause: unknown) => {
      throwIfAborted(signal);
      throw new CapabilityError({
        code: 'no-adapter',
        happened: `The adapter ${adapterName(adapter.info)} gives no device (${cause instanceof Error ? cause.message.replaceAll(/\s+/g, ' ') : String(cause)}).`,
        expected: 'A device with the features and limits that the adapter told.',
        todo: 'Close other pages that use the GPU, and load the page again.',
        cause,
      });
    },
  );
  return new Gpu(owned, adapter.info, disable, languageOf(provider), provider);
}

/** Language features belong to the browser, also where the device was given. */
const languageOf = (provider: GPU | undefined): ReadonlySet<string> =>
  new Set((provider ?? globalThis.navigator?.gpu)?.wgslLanguageFeatures ?? []);
