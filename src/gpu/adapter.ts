/** Which GPU there is, asked without taking it. */

import { abortedError, CapabilityError, throwIfAborted } from '../core/errors.ts';

export interface AdapterRequest {
  /** `navigator.gpu`, or what the npm package `webgpu` creates. */
  readonly provider: GPU | undefined;
  /** Text that the adapter's vendor, architecture, device or description must contain. */
  readonly adapter?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** How long an answer is waited for, in milliseconds. Default 60000. */
  readonly answerMs?: number | undefined;
}

/** Least limits without which no kernel set exists. */
const LEAST_LIMITS: Readonly<Record<string, number>> = {
  maxStorageBuffersPerShaderStage: 8,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupStorageSize: 16_384,
};

/** What an adapter calls itself. */
export const adapterName = (info: GPUAdapterInfo): string =>
  [info.vendor, info.architecture, info.device, info.description].filter(Boolean).join(' ') ||
  'an adapter without a name';

/**
 * The adapter to use, which has the limits that kernels need.
 * @throws CapabilityError when WebGPU, an adapter, the asked adapter, or a needed limit is missing, or nothing answers; AbortedError
 */
export async function findAdapter({
  provider,
  adapter: pattern,
  signal,
  answerMs,
}: AdapterRequest): Promise<GPUAdapter> {
  throwIfAborted(signal);
  if (!provider) throw noWebGpu();
  // Dawn in Node throws where browsers give null, and says which adapters there are.
  let reason: unknown;
  const adapter = await answered(
    async () => provider.requestAdapter({ powerPreference: 'high-performance' }),
    'requestAdapter()',
    { signal, answerMs },
  ).catch((error: unknown) => {
    throwIfAborted(signal);
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
  return adapter;
}

/** Why there is no WebGPU: browsers hide it on pages that came over plain HTTP. */
function noWebGpu(): CapabilityError {
  const insecure = 'isSecureContext' in globalThis && !globalThis.isSecureContext;
  return new CapabilityError({
    code: 'no-webgpu',
    happened: insecure
      ? `This page was opened over plain HTTP from ${globalThis.location?.hostname}, where browsers hide WebGPU.`
      : 'This environment has no WebGPU (navigator.gpu is missing).',
    expected: 'A browser with WebGPU on a page served over https or from localhost, or Node with the package "webgpu".',
    todo: insecure
      ? 'Open the page over HTTPS, or as http://localhost on the computer that serves it.'
      : 'Update the browser, or see the list of supported browsers in the README.',
  });
}

/**
 * What a promise of the browser's gives, at most `answerMs` later. What comes too late goes to `late`.
 * @throws AbortedError; an Error that names `what` when the time is over
 */
export async function answered<T>(
  ask: () => Promise<T>,
  what: string,
  { signal, answerMs = 60_000 }: Pick<AdapterRequest, 'signal' | 'answerMs'>,
  late: (value: T) => void = () => {},
): Promise<T> {
  let stop!: () => void;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let over = false;
  const asked = ask();
  const ended = new Promise<never>((_, reject) => {
    stop = () => reject(abortedError(signal?.reason));
    signal?.addEventListener('abort', stop, { once: true });
    timer = setTimeout(() => reject(new Error(`${what} did not answer within ${answerMs / 1000} s`)), answerMs);
  });
  asked.then(
    (value) => over && late(value),
    () => {},
  );
  try {
    return await Promise.race([asked, ended]);
  } catch (error) {
    over = true;
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

const numberOf = (limits: GPUSupportedLimits, name: string): number =>
  limits[name as Exclude<keyof GPUSupportedLimits, '__brand'>] ?? 0;

/** @throws CapabilityError 'adapter-limits' for limits that no kernel set can do with */
export function refuseSmallLimits(limits: GPUSupportedLimits, who: string): void {
  const small = Object.entries(LEAST_LIMITS).filter(([name, least]) => numberOf(limits, name) < least);
  if (small.length > 0)
    throw new CapabilityError({
      code: 'adapter-limits',
      happened: `${who} lacks limits: ${small.map(([name]) => `${name} is ${numberOf(limits, name)}`).join(', ')}.`,
      expected: `At least ${small.map(([name, least]) => `${name} ${least}`).join(', ')}.`,
      todo: 'Request the device with these limits, or let the engine request its own.',
    });
}
