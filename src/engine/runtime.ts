import { dense } from '../attention/dense.ts';
import { listed } from '../attention/listed.ts';
import { throwIfAborted } from '../core/errors.ts';
import { ceilDiv } from '../core/invariant.ts';
import type { Gpu } from '../gpu/device.ts';
import { requestGpu, type GpuRequest } from '../gpu/request.ts';
import { PAGE_SLOTS, type KvType } from '../kernels/cache-layout.ts';
import { chooseActivations } from '../kernels/linear/matmul-variants.ts';
import type { MatrixShape } from '../kernels/linear/tuning.ts';
import type { ActivationType } from '../kernels/linear/variant.ts';
import type { ModelConfig } from '../models/model-config.ts';
import type { Activations } from '../models/step.ts';
import type { NetworkGraph } from '../models/network.ts';
import type { NetworkWeights } from '../models/weights.ts';
import type { ByteSource } from '../weights/byte-source.ts';
import type { GgufFile } from '../weights/gguf.ts';
import { createActivations } from './plan/activations.ts';
import { Caches } from './memory/caches.ts';
import { DisposedConversations } from './memory/conversation-report.ts';
import { RangeFaults } from './memory/range-faults.ts';
import { DraftMemory } from './plan/draft-memory.ts';
import { MethodBuffers } from './plan/method-buffers.ts';
import { MethodIds } from './memory/sequence-methods.ts';
import { createOutputRings, type OutputRings } from './plan/output-rings.ts';
import { embedded, sampled } from './plan/step-ends.ts';
import { plainKinds } from './plan/step-kinds.ts';
import type { LoadProgress, ScaledRange } from '../core/api.ts';
import { Plans } from './plan/plans.ts';
import { Scheduler } from './step/scheduler.ts';
import { Steps } from './step/steps.ts';
import { KernelSet } from './self-test/kernel-set.ts';
import { Sequences } from './memory/sequences.ts';
import { StepState } from './memory/step-state.ts';
import type { TuningTable } from './tuning/autotune.ts';
import { chooseKernels } from './tuning/kernel-choice.ts';
import type { TuningStore } from './tuning/tuning-store.ts';
import { allocateWeights } from './load/weight-loader.ts';
import { applyRanges, sizeMeter } from './load/ranges.ts';
import { matricesOf, planWeights } from './load/weight-plan.ts';

/** Sequences that may hold a place in the step state, and run at once. */
const MAX_SEQUENCES = 64;
/** Sequences whose tokens can be counted, or masked, before their table grows. */
const FIRST_COUNTED = 8;
/** Rows whose logits one step can give: scored, or drawn from. */
const MAX_LOGIT_ROWS = 64;
/** Pages of the cache at the start: 1024 tokens. */
const FIRST_PAGES = 16;
/** Rows of a prompt in one step: enough to fill a GPU; few enough that a software adapter answers within seconds. */
const CHUNK_ROWS = 256;
const SOFTWARE_CHUNK_ROWS = 64;
/** The most tokens of a text that an encoder reads. */
const ENCODER_ROWS = 2048;

export interface RuntimeOptions {
  readonly request: GpuRequest;
  readonly source: ByteSource;
  readonly gguf: GgufFile;
  readonly graph: NetworkGraph;
  readonly context: number;
  readonly kv: KvType;
  readonly onProgress: (progress: LoadProgress) => void;
  readonly signal?: AbortSignal | undefined;
  /** In what numbers rows of prompts are multiplied. */
  readonly activations?: ActivationType;
  /** Measure which kernel shapes are fastest on adapters that have no stored ones. */
  readonly autotune?: boolean;
  readonly tuningStore?: TuningStore | undefined;
  /** Bytes of one binding; the device's limit unless a test lowers it. */
  readonly bindingLimit?: number;
}

/** Everything that lives on one device: it is made whole, and lost or disposed whole. */
export interface Runtime {
  readonly gpu: Gpu;
  readonly graph: NetworkGraph;
  readonly config: ModelConfig;
  readonly context: number;
  readonly weights: NetworkWeights;
  readonly activations: Activations;
  readonly weightBytes: number;
  readonly state: StepState;
  /** How conversations store keys and values unless they say otherwise. */
  readonly kv: KvType;
  readonly caches: Caches;
  readonly methodBuffers: MethodBuffers;
  /** What became of conversations that no longer hold anything. */
  readonly disposed: DisposedConversations;
  readonly methodIds: MethodIds;
  readonly sequences: Sequences;
  readonly rings: OutputRings;
  readonly plans: Plans;
  readonly steps: Steps;
  /** What ended because numbers went out of range. */
  readonly faults: RangeFaults;
  /** What caches of halves hold scaled; known once the weights have been read. */
  readonly ranges: { scaled: readonly ScaledRange[] };
  readonly scheduler: Scheduler;
  readonly fallbacks: string[];
  readonly tuning: TuningTable;
  /** In what numbers the rows of prompts are really multiplied: those asked for, if any matrix can. */
  readonly promptActivations: ActivationType;
  /** The kernels in use, compared with the CPU before a plan uses them. */
  readonly kernels: KernelSet;
  readonly loadMs: number;
}

/** Requests the device, loads the weights and records the first decode plan. On failure everything is given back. */
export async function createRuntime({ request, ...options }: RuntimeOptions): Promise<Runtime> {
  const { onProgress } = options;
  const started = performance.now();
  const gpu = await requestGpu({ ...request, signal: options.signal });
  try {
    const { runtime, chunkRows, loadWeights } = await prepareRuntime(options, gpu);
    // Pipelines compile while the file is read. Software adapters compile so slowly that they begin with the decode plan.
    const encoder = runtime.config.head === 'none';
    const first = (gpu.software ? [1] : [1, chunkRows]).map((rows) => ({
      rows,
      logitRows: encoder ? 0 : 1,
      length: rows + 1,
      end: encoder ? embedded : sampled,
      kinds: plainKinds(encoder ? 'f32' : runtime.kv),
    }));
    const compiling = Promise.all(first.map((kind) => runtime.plans.compile(kind)));
    compiling.catch(() => {});
    await loadWeights();
    onProgress({ stage: 'compile', loadedBytes: 0, totalBytes: 0 });
    await compiling;
    for (const kind of first) {
      // oxlint-disable-next-line no-await-in-loop -- what one compares the next need not
      await runtime.plans.for(kind);
    }
    onProgress({ stage: 'ready', loadedBytes: 0, totalBytes: 0 });
    return { ...runtime, loadMs: performance.now() - started };
  } catch (error) {
    gpu.dispose();
    throw gpu.lostError ?? error;
  }
}

/** Rows of a prompt in one step. An encoder sees a text at once: all that may be one must fit. */
function chunkRowsOf({ software }: Gpu, { head }: ModelConfig, context: number): number {
  const rows = software ? SOFTWARE_CHUNK_ROWS : CHUNK_ROWS;
  return head === 'none' ? Math.max(rows, Math.min(context, ENCODER_ROWS)) : rows;
}

/** A runtime without weights: everything on it can be recorded, nothing run. */
export interface PreparedRuntime {
  readonly runtime: Omit<Runtime, 'loadMs'>;
  /** Rows of a prompt in one step. */
  readonly chunkRows: number;
  /** Streams the weights into it. */
  readonly loadWeights: () => Promise<void>;
}

/**
 * Chooses the kernels of a model on this device and allocates all that its steps work with.
 * @param device what kernels are chosen for, and measured on
 * @param gpu where all is allocated: the device itself, or `dryGpu` of it
 */
export async function prepareRuntime(
  options: Omit<RuntimeOptions, 'request'>,
  device: Gpu,
  gpu: Gpu = device,
): Promise<PreparedRuntime> {
  const { source, gguf, graph, context, kv, onProgress, signal } = options;
  const { config } = graph;
  const bindingLimit = Math.min(
    options.bindingLimit ?? gpu.limits.maxStorageBufferBindingSize,
    gpu.limits.maxBufferSize,
  );
  const weightPlan = planWeights(gguf, graph, bindingLimit);
  const fallbacks: string[] = [...weightPlan.fallbacks];
  onProgress({ stage: 'tune', loadedBytes: 0, totalBytes: 0 });
  const asked = options.activations ?? 'f32';
  const activationsOf = ({ type }: MatrixShape): ActivationType =>
    chooseActivations(gpu.features, gpu.software, type, asked).activations;
  const matrices = matricesOf(weightPlan);
  for (const type of new Set(matrices.map((matrix) => matrix.type))) {
    const { reason } = chooseActivations(gpu.features, gpu.software, type, asked);
    if (reason !== undefined) fallbacks.push(reason);
  }
  const chosen = await chooseKernels({
    gpu: device,
    matrices,
    heads: config.layers,
    kv,
    activationsOf,
    enabled: options.autotune ?? true,
    store: options.tuningStore,
  });
  throwIfAborted(signal);
  const loading = await allocateWeights({
    gpu,
    source,
    gguf,
    graph,
    plan: weightPlan,
    tuningOf: (shape) => chosen.tuningOf(shape),
    context,
    signal,
    onRows: (...rows) => meter.see(...rows),
    onBytes: (loadedBytes, totalBytes) => onProgress({ stage: 'upload', loadedBytes, totalBytes }),
  });
  const { weights, planned, vectorValues } = loading;
  const meter = sizeMeter(gguf, graph, vectorValues, asked);
  const weightBytes = gpu.bytes;
  const chunkRows = chunkRowsOf(gpu, config, context);
  const caches = new Caches(gpu, config);
  const pages = ceilDiv(context, PAGE_SLOTS);
  const { cache, allocators } = caches.pool(kv);
  await cache.grow(config.layers.map(() => Math.min(FIRST_PAGES, pages)));
  for (const allocator of allocators) allocator.resize(Math.min(FIRST_PAGES, pages));
  const runtime = await gpu.checked('allocating the buffers of a step', () => {
    const activations = createActivations(gpu, graph.blocks, weights, {
      maxRows: chunkRows,
      maxLogitRows: MAX_LOGIT_ROWS,
      maxSequences: MAX_SEQUENCES,
      counted: FIRST_COUNTED,
    });
    const methodIds = new MethodIds();
    const methodBuffers = new MethodBuffers(gpu, config, caches, {
      maxRows: chunkRows,
    });
    const state = new StepState(gpu, {
      maxRows: chunkRows,
      maxLogitRows: MAX_LOGIT_ROWS,
      maxSequences: MAX_SEQUENCES,
      layers: config.layers.length,
      kvStride: Math.max(...config.layers.map(({ kvHeads }) => kvHeads)),
      maxPages: pages,
    });
    const sequences = new Sequences(caches, state);
    const draftMemory = new DraftMemory(gpu);
    const rings = createOutputRings(gpu, MAX_LOGIT_ROWS);
    const kernels = new KernelSet({
      gpu,
      source,
      config,
      planned,
      attention: [chosen.attention, dense()],
      listed: [chosen.listed, listed()],
      onFallback: (reason) => fallbacks.push(reason),
    });
    const plans = new Plans({
      gpu,
      graph,
      weights,
      activations,
      state,
      caches,
      methodBuffers,
      methodIds,
      rings,
      draftMemory,
      kernels,
    });
    const faults = new RangeFaults(gpu, activations.faults);
    const steps = new Steps({ gpu, plans, state, sequences, methodIds, methodBuffers, faults, rings });
    const scheduler = new Scheduler({
      gpu,
      plans,
      state,
      sequences,
      rings,
      activations,
      vocab: config.vocab,
      chunkRows,
      steps,
      faults,
    });
    return {
      gpu,
      graph,
      config,
      context,
      weights,
      activations,
      weightBytes,
      state,
      kv,
      caches,
      methodBuffers,
      methodIds,
      disposed: new DisposedConversations(),
      sequences,
      rings,
      plans,
      steps,
      faults,
      ranges: { scaled: [] as readonly ScaledRange[] },
      scheduler,
      fallbacks,
      tuning: chosen.table,
      get promptActivations() {
        const can = [...planned].some(
          ([matrix, shape]) => activationsOf(shape) === asked && matrix.halves?.fits !== false,
        );
        return can ? asked : ('f32' as const);
      },
      kernels,
    };
  });
  const loadWeights = async (): Promise<void> => {
    await loading.load();
    const ranges = applyRanges(
      graph,
      meter,
      planned,
      vectorValues,
      (matrix) => activationsOf(planned.get(matrix)!) === 'f16',
    );
    fallbacks.push(...ranges.fallbacks);
    runtime.ranges.scaled = ranges.heads;
    writeRanges(runtime.state, ranges.heads);
  };
  return { runtime, chunkRows, loadWeights };
}

/** Tells the kernels which heads' keys and values caches of halves hold scaled. */
function writeRanges(state: StepState, heads: readonly ScaledRange[]): void {
  const exponents = new Map<string, { layer: number; kvHead: number; keys: number; values: number }>();
  for (const { layer, kvHead, what, exponent } of heads) {
    const key = `${layer} ${kvHead}`;
    const word = exponents.get(key) ?? { layer, kvHead, keys: 0, values: 0 };
    exponents.set(key, { ...word, [what]: exponent });
  }
  for (const { layer, kvHead, keys, values } of exponents.values()) state.writeRange(layer, kvHead, keys, values);
}
