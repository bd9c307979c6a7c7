import type { EngineOptions } from '../core/api.ts';
import { checkObject } from '../core/check-options.ts';
import { throwIfAborted, UsageError } from '../core/errors.ts';
import { featuresOf, pipelineKey } from '../gpu/compile.ts';
import { dryGpu } from '../gpu/dry-gpu.ts';
import type { RecordedDispatch } from '../gpu/plan.ts';
import { adapterName, requestGpu } from '../gpu/request.ts';
import { expandWgsl, type Constants } from '../gpu/wgsl.ts';
import { MATVEC_ROWS } from '../kernels/linear/tuned-matrix.ts';
import { variantWords } from '../kernels/variant-words.ts';
import type { ByteSource } from '../weights/byte-source.ts';
import { checkEngineOptions, contextOf } from './engine-options.ts';
import type { Environment } from './engine.ts';
import { readModel } from './load/model-session.ts';
import { resolveMethods } from './memory/resolve-methods.ts';
import { kindsOf } from './plan/step-kinds.ts';
import { Lease } from './memory/lease.ts';
import { sampled } from './plan/step-ends.ts';
import { prepareRuntime } from './runtime.ts';

/** A dispatch of a step, in words and numbers. */
export interface DispatchFacts {
  /** The layer of the network, from 0; null = none. */
  readonly layer: number | null;
  /** What it does in the step. */
  readonly label: string;
  /** The kernel's name: its file below shaders/. */
  readonly kernel: string;
  /** Which of the kernel's pipelines: the includes and sizes that tell them apart. */
  readonly variant: string;
  readonly constants: Constants;
  /** Workgroups in x, y and z. */
  readonly grid: readonly [number, number, number];
  /** Bytes of all that it binds: an upper bound of what it reads and writes. */
  readonly bytes: number;
}

/** A step as it would be recorded for a model on this device. */
export interface RecordedStep {
  readonly model: string;
  readonly adapter: string;
  /** How kernels were chosen; see `report().tuning`. */
  readonly tuning: string;
  /** Rows asked for, and slots of the longest sequence behind the step. */
  readonly rows: number;
  readonly length: number;
  /** Whether the rows are one each of as many conversations, or a prompt of one. */
  readonly phase: 'decode' | 'prompt';
  readonly pipelines: number;
  /** Optional features that its kernels enable. */
  readonly features: readonly string[];
  readonly step: readonly DispatchFacts[];
  /** What stands behind a step in which the cache is cut; empty where nothing is evicted. */
  readonly cut: readonly DispatchFacts[];
  readonly fallbacks: readonly string[];
}

export interface RecordStepOptions extends EngineOptions {
  /** Rows of the step: up to 8 as a token each of as many conversations, more as a prompt of one. Default 1. */
  readonly rows?: number;
  /** Slots that the longest conversation has behind the step. Default 1024, or the context. */
  readonly length?: number;
}

/** Slots behind the step unless the caller says otherwise. */
const DEFAULT_LENGTH = 1024;

/**
 * Records a step of a model with its methods: kernels are chosen as a load would choose them, but of the file only the header
 * is read, and nothing is allocated or compiled on the device.
 * @throws UsageError for options out of range; ModelFileError, CapabilityError, StorageError as createEngine does
 */
export async function recordStepIn(environment: Environment, options: RecordStepOptions): Promise<RecordedStep> {
  checkObject(options);
  const { rows = 1, length: lengthAsked, ...engine } = options;
  checkEngineOptions(engine);
  throwIfAborted(engine.signal);
  const opened = await environment.open(engine, () => {});
  try {
    const { gguf, graph, config, entry } = await readModel(opened, () => {}, engine.signal);
    const context = contextOf(engine, config);
    const length = lengthAsked ?? Math.max(rows, Math.min(DEFAULT_LENGTH, context));
    const methods = resolveMethods(engine, config);
    const provider = engine.device ? undefined : await environment.provider(engine);
    const { device, adapter, disable, activations, autotune } = engine;
    const gpu = await requestGpu({ provider, device, adapter, disable, signal: engine.signal });
    try {
      const prepared = await prepareRuntime(
        {
          source: ones(opened.source),
          gguf,
          graph,
          context,
          kv: methods.kv,
          ...(activations && { activations }),
          ...(autotune !== undefined && { autotune }),
          tuningStore: environment.tuningStore,
          onProgress: () => {},
          signal: engine.signal,
        },
        gpu,
        dryGpu(gpu),
      );
      checkRows(rows, length, context, prepared.chunkRows);
      const { runtime } = prepared;
      await runtime.sequences.require(new Lease(methods, config), async () => {});
      const decode = rows <= MATVEC_ROWS;
      const part = { methods, phase: decode ? ('decode' as const) : ('prompt-cut' as const), rows: decode ? 1 : rows };
      const { step, cut } = runtime.plans.record(
        {
          rows,
          logitRows: decode ? rows : 1,
          length,
          end: sampled,
          kinds: kindsOf(Array.from({ length: decode ? rows : 1 }, () => part)),
        },
        [methods],
      );
      return {
        model: entry?.title ?? config.name,
        adapter: adapterName(gpu.info),
        tuning: runtime.tuning.source,
        rows,
        length,
        phase: decode ? 'decode' : 'prompt',
        pipelines: new Set(step.map(({ dispatch }) => pipelineKey(dispatch.request))).size,
        features: featuresIn(step),
        step: step.map(factsOf),
        cut: cut.map(factsOf),
        fallbacks: runtime.fallbacks,
      };
    } finally {
      gpu.dispose();
    }
  } finally {
    await opened.source.close?.();
  }
}

/** Stands for a file whose weights are not wanted: every f32 is 1, which even a divisor may be. */
const ones = ({ size, name }: ByteSource): ByteSource => ({
  size,
  name,
  read: async (_offset, length) => new Uint8Array(new Float32Array(Math.ceil(length / 4)).fill(1).buffer, 0, length),
});

function checkRows(rows: number, length: number, context: number, mostRows: number): void {
  const refuse = (name: string, value: number, least: number, most: number): never => {
    throw new UsageError({
      code: 'usage-option',
      happened: `The option ${name} is ${value}.`,
      expected: `An integer from ${least} to ${most} was expected.`,
      todo: `Pass such a value, or leave ${name} out.`,
    });
  };
  if (!Number.isInteger(rows) || rows < 1 || rows > mostRows) refuse('rows', rows, 1, mostRows);
  const least = rows <= MATVEC_ROWS ? 1 : rows;
  if (!Number.isInteger(length) || length < least || length > context) refuse('length', length, least, context);
}

const featuresIn = (dispatches: readonly RecordedDispatch[]): string[] =>
  [
    ...new Set(
      dispatches.flatMap(({ dispatch: { request } }) =>
        featuresOf(expandWgsl(request.parts, request.constants).enables),
      ),
    ),
  ].toSorted();

const factsOf = ({ layer, label, dispatch }: RecordedDispatch): DispatchFacts => ({
  layer: layer ?? null,
  label,
  kernel: dispatch.request.name,
  variant: variantWords(dispatch.request),
  constants: Object.fromEntries(
    Object.entries(dispatch.request.constants).map(([name, { value }]) => [name, value] as const),
  ),
  grid: dispatch.grid,
  bytes: dispatch.bindings.reduce((sum, { byteLength }) => sum + byteLength, dispatch.params.byteLength),
});
