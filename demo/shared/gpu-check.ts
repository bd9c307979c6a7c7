import { toProblem, type Problem } from './problem.ts';

/** What this browser's GPU looks like before an engine exists, or why there can be none. */
export async function checkGpu(): Promise<{
  readonly problem?: Problem;
  readonly name?: string;
  /** It computes on the CPU, as far as its name tells. */
  readonly software?: boolean;
}> {
  try {
    // Not before the first paint: the page shows itself while it asks.
    const { checkSupport } = await import('winnow-llm/support');
    const { problem, adapter, software } = await checkSupport();
    if (adapter) return { name: gpuName(adapter), software };
    if (problem?.code === 'no-webgpu') return { problem: isSecureContext ? noWebGpu() : toProblem(problem) };
    if (problem?.code !== 'no-adapter') return { problem: toProblem(problem) };
    // A reason stands in brackets; without one, this page's words say more.
    const happened = /\(.*\)/.test(problem.happened) ? { happened: problem.happened } : {};
    return { problem: { ...noAdapter(), ...happened } };
  } catch (error) {
    return { problem: toProblem(error) };
  }
}

/** The most telling name that a browser gives for a GPU. */
export function gpuName(info: {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
}): string {
  return info.description || info.device || [info.vendor, info.architecture].filter(Boolean).join(' ') || 'unnamed GPU';
}

const noWebGpu = (): Problem => ({
  code: 'no-webgpu',
  happened: 'This browser does not offer WebGPU.',
  expected: 'The model runs on your own GPU, and a web page reaches the GPU only through WebGPU.',
  todo: browserHint(navigator.userAgent).enable,
});

const noAdapter = (): Problem => ({
  code: 'no-adapter',
  happened: 'This browser knows WebGPU, but found no GPU that it is willing to use.',
  expected:
    'One adapter is needed; it is missing when the driver is old or blocked, or when graphics acceleration is off.',
  todo: browserHint(navigator.userAgent).adapter,
});

/** What to do in the browser that a user-agent string names: without WebGPU at all, and without an adapter. */
export function browserHint(userAgent: string): { readonly enable: string; readonly adapter: string } {
  if (/Firefox\//.test(userAgent)) {
    return {
      enable:
        'Update Firefox; where WebGPU is still off, set dom.webgpu.enabled to true in about:config, or use Chrome or Edge.',
      adapter: 'Update the graphics driver, look at “Graphics” in about:support, or try Chrome or Edge.',
    };
  }
  if (/Edg\/|Chrome\//.test(userAgent)) {
    const page = /Edg\//.test(userAgent) ? 'edge' : 'chrome';
    const linux = /Linux(?!.*Android)/.test(userAgent)
      ? ` On Linux, turn on “Unsafe WebGPU Support” and “Vulkan” in ${page}://flags.`
      : '';
    return {
      enable: `Update the browser to version 121 or later.${linux}`,
      adapter: `Turn on “Use graphics acceleration when available” in the settings, update the graphics driver, and look at ${page}://gpu.${linux}`,
    };
  }
  if (/Safari\//.test(userAgent)) {
    return {
      enable:
        'Update to Safari 26 or later (macOS 26, iOS 26); before that, turn on WebGPU under Feature Flags in Safari’s settings.',
      adapter: 'Update macOS or iOS, and restart Safari.',
    };
  }
  return {
    enable: 'Use a current Chrome, Edge, Firefox or Safari.',
    adapter: 'Update the graphics driver, or use a current Chrome, Edge, Firefox or Safari.',
  };
}
