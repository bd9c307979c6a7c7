import { distinctName } from '../core/distinct-name.ts';
import { CapabilityError } from '../core/errors.ts';
import { MATRIX_FEATURE } from './matrix-unit.ts';
import { STAGE_COMPUTE } from './usage.ts';
import { expandWgsl, type TypedConstants, type WgslPart } from './wgsl.ts';

/** Everything that decides a pipeline. */
export interface PipelineRequest {
  readonly name: string;
  readonly parts: readonly WgslPart[];
  readonly constants: TypedConstants;
  /** Access of binding 1, 2, …; binding 0 is the params uniform. */
  readonly access: readonly ('read' | 'read_write')[];
}

export interface Pipeline {
  /** What a pass sets. */
  readonly compiled: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  readonly key: string;
  readonly request: PipelineRequest;
  /** The optional features of WebGPU that its WGSL enables. */
  readonly features: readonly string[];
}

/** Features of a device by the name under which WGSL enables them. */
const FEATURES: Readonly<Record<string, string>> = {
  f16: 'shader-f16',
  subgroups: 'subgroups',
  chromium_experimental_subgroup_matrix: MATRIX_FEATURE,
};

/** Optional features of a device, from the names that WGSL enables. */
export const featuresOf = (enables: readonly string[]): string[] => enables.map((name) => FEATURES[name] ?? name);

/**
 * `name|part+part|CONSTANT=value,…`: what a pipeline was made of, readable in reports and traces. Parts of one name and
 * different texts are told apart.
 */
export function pipelineKey({ name, parts, constants }: PipelineRequest): string {
  const values = Object.entries(constants).map(([constant, { value }]) => `${constant}=${String(value)}`);
  return `${name}|${parts.map((part) => distinctName('part', part.name, part.text)).join('+')}|${values.join(',')}`;
}

/** One pipeline per key and device; concurrent requests share one compilation. */
export class PipelineCache {
  readonly #device: GPUDevice;
  readonly #pipelines = new Map<string, Promise<Pipeline>>();
  readonly #compiled: Pipeline[] = [];
  readonly #layouts = new Map<string, { layout: GPUBindGroupLayout; pipelineLayout: GPUPipelineLayout }>();

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** Keys of all pipelines asked for so far, but for those that did not compile. */
  get keys(): string[] {
    return [...this.#pipelines.keys()];
  }

  /** All pipelines that were compiled so far. */
  get compiled(): readonly Pipeline[] {
    return this.#compiled;
  }

  /** @throws CapabilityError with file and line when the WGSL does not compile. */
  get(request: PipelineRequest): Promise<Pipeline> {
    const key = pipelineKey(request);
    let pipeline = this.#pipelines.get(key);
    if (!pipeline) {
      const compiling = this.#compile(request, key);
      pipeline = compiling;
      this.#pipelines.set(key, compiling);
      // What did not compile is tried again when it is asked for again: the device may have been short of memory.
      compiling.then(
        (compiled) => this.#compiled.push(compiled),
        () => this.#pipelines.delete(key),
      );
    }
    return pipeline;
  }

  async #compile(request: PipelineRequest, key: string): Promise<Pipeline> {
    const { code, origin, enables } = expandWgsl(request.parts, request.constants);
    const { layout, pipelineLayout } = this.#layoutOf(request.access);
    this.#device.pushErrorScope('validation');
    const module = this.#device.createShaderModule({ label: key, code });
    const creating = this.#device.createComputePipelineAsync({
      label: key,
      layout: pipelineLayout,
      compute: { module, entryPoint: 'main' },
    });
    const scope = this.#device.popErrorScope();
    const [info, made] = await Promise.all([
      module.getCompilationInfo(),
      creating.then(
        (pipeline) => ({ pipeline }),
        (error: unknown) => ({ error }),
      ),
      scope,
    ]);
    const problems = info.messages
      .filter((message) => message.type === 'error')
      .map((message) => `${origin(message.lineNum)}:${message.linePos} ${message.message}`);
    if ('pipeline' in made && problems.length === 0)
      return { compiled: made.pipeline, layout, key, request, features: featuresOf(enables) };
    throw new CapabilityError({
      code: 'shader-compile',
      happened: `The kernel ${key} did not compile: ${problems.join('; ') || String('error' in made ? made.error : 'unknown error')}.`,
      expected: 'Every kernel compiles on every WebGPU device.',
      todo: 'Please report this with the adapter and browser version; disabling a feature (option "disable") may avoid it.',
      cause: 'error' in made ? made.error : undefined,
    });
  }

  #layoutOf(access: PipelineRequest['access']): { layout: GPUBindGroupLayout; pipelineLayout: GPUPipelineLayout } {
    const key = access.join();
    let entry = this.#layouts.get(key);
    if (!entry) {
      const layout = this.#device.createBindGroupLayout({
        label: key,
        entries: [
          { binding: 0, visibility: STAGE_COMPUTE, buffer: { type: 'uniform' } },
          ...access.map((mode, i) => ({
            binding: i + 1,
            visibility: STAGE_COMPUTE,
            buffer: { type: mode === 'read' ? ('read-only-storage' as const) : ('storage' as const) },
          })),
        ],
      });
      entry = { layout, pipelineLayout: this.#device.createPipelineLayout({ bindGroupLayouts: [layout] }) };
      this.#layouts.set(key, entry);
    }
    return entry;
  }
}
