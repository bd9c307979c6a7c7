import { GGML_TYPE_NAMES } from '../weights/ggml-types.ts';
import type { GgufFile } from '../weights/gguf.ts';
import type { Report, TuningReport } from '../core/api.ts';
import { weightsOf, type NetworkGraph } from '../models/network.ts';
import { conversationReport } from './memory/conversation-report.ts';
import type { Runtime } from './runtime.ts';
import type { TuningTable } from './tuning/autotune.ts';
import type { Pipeline } from '../gpu/compile.ts';
import { variantWords } from '../kernels/variant-words.ts';
import { VERSION } from './version.ts';
import { PAGE_SLOTS } from '../kernels/cache-layout.ts';

/** Bytes of the file's tensors by type. */
export function weightTypes(gguf: GgufFile): Record<string, number> {
  const bytes: Record<string, number> = {};
  for (const type of GGML_TYPE_NAMES)
    for (const tensor of gguf.tensors.values())
      if (tensor.type === type) bytes[type] = (bytes[type] ?? 0) + tensor.byteLength;
  return bytes;
}

/** Tensors that were repacked on the GPU: the matrices. Vectors are read as they are. */
const matrixCount = (graph: NetworkGraph): number =>
  weightsOf(graph).reduce((count, { kind, tensors }) => count + (kind === 'matrix' ? tensors.length : 0), 0);

/** What really ran, from what was measured and counted. */
export function createReport(
  runtime: Runtime,
  gguf: GgufFile,
  fileBytes: number,
  sourceFallbacks: readonly string[],
): Report {
  const { gpu, config, caches, scheduler, sequences } = runtime;
  const { pipelines } = runtime.plans;
  const { cache } = caches.pool(runtime.kv);
  const pages = Math.max(...cache.pages);
  const { perToken, ...steps } = scheduler.statistics;
  const inLayers = perToken.plan?.entries.filter(({ layer }) => layer !== undefined).length ?? 0;
  const { vendor, architecture, device, description } = gpu.info;
  return {
    version: VERSION,
    adapter: { vendor, architecture, device, description, features: [...gpu.device.features].toSorted() },
    featuresUsed: usedFeatures(pipelines),
    featuresDisabled: gpu.disabled,
    model: {
      name: config.name,
      architecture: config.architecture,
      layers: config.depth,
      context: runtime.context,
      fileBytes,
    },
    precision: { weights: weightTypes(gguf), activations: runtime.promptActivations, cache: cache.kv },
    kernels: kernelVariants(pipelines),
    bytes: {
      weights: runtime.weightBytes,
      cache: caches.bytes,
      activations: runtime.activations.bytes,
      total: gpu.bytes,
      peak: gpu.peakBytes,
    },
    buffers: gpu.buffers,
    perToken: {
      dispatches: perToken.dispatches,
      dispatchesPerLayer: inLayers / config.depth,
      bindGroupsCreated: perToken.bindGroupsCreated,
      buffersCreated: perToken.buffersCreated,
      bytesWritten: perToken.bytesWritten,
    },
    cache: {
      pages,
      pageSlots: PAGE_SLOTS,
      slotsUsed: sequences.slotsUsed,
      capacity: pages * PAGE_SLOTS,
      growths: caches.all.reduce((sum, { growths }) => sum + growths, 0),
      shrinks: sequences.shrinks,
      peakBytes: caches.all.reduce((sum, { peakBytes }) => sum + peakBytes, 0),
    },
    conversations: [
      ...runtime.disposed.kept,
      ...sequences.leases.map((lease) => conversationReport(lease, sequences.bytesOf(lease))),
    ],
    steps: {
      prefill: steps.prefill,
      decode: steps.decode,
      rolledBack: scheduler.inFlight.rolledBack,
      maxInFlight: scheduler.inFlight.maxAhead,
    },
    range: { scaled: runtime.ranges.scaled, ended: runtime.faults.ended },
    load: { milliseconds: runtime.loadMs, repackedTensors: matrixCount(runtime.graph) },
    tuning: tuningReport(runtime.tuning),
    selfTest: {
      kernels: runtime.kernels.checked,
      milliseconds: runtime.kernels.milliseconds,
      notCompared: runtime.kernels.notCompared,
    },
    fallbacks: [
      ...sourceFallbacks,
      ...runtime.fallbacks,
      ...(sequences.reclaimed > 0
        ? [`${sequences.reclaimed} idle conversations lost their cache to others and were, or will be, computed again`]
        : []),
    ],
  };
}

const tuningReport = ({ source, milliseconds, complete, choices }: TuningTable): TuningReport => ({
  source,
  milliseconds,
  complete,
  choices,
});

/** Optional features of the device that a pipeline enables. */
const usedFeatures = (pipelines: readonly Pipeline[]): string[] =>
  [...new Set(pipelines.flatMap(({ features }) => features))].toSorted();

/** Kernel name -> each of its variants in words. */
function kernelVariants(pipelines: readonly Pipeline[]): Record<string, string> {
  const variants = new Map<string, Set<string>>();
  for (const { request } of pipelines) {
    const known = variants.get(request.name) ?? new Set();
    variants.set(request.name, known.add(variantWords(request)));
  }
  return Object.fromEntries([...variants].map(([name, list]) => [name, [...list].join('; ')]));
}
