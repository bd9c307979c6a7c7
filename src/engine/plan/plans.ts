import type { StepMethods } from '../../attention/backend.ts';
import { MAX_DECODE_ROWS } from '../../attention/dense.ts';
import { withMethods } from '../../attention/with-methods.ts';
import { distinctName } from '../../core/distinct-name.ts';
import type { AuxSpec } from '../../kernels/aux-buffer.ts';
import { PAGE_SLOTS, type KvType } from '../../kernels/cache-layout.ts';
import type { Pipeline } from '../../gpu/compile.ts';
import type { Gpu } from '../../gpu/device.ts';
import { PlanRecorder, type Plan, type RecordedDispatch } from '../../gpu/plan.ts';
import { advance } from '../../kernels/decoding/advance.ts';
import type { LayerView } from '../../kernels/layer-view.ts';
import { MATVEC_ROWS } from '../../kernels/linear/tuned-matrix.ts';
import { encodeNetwork } from '../../models/encode.ts';
import type { NetworkGraph } from '../../models/network.ts';
import type { Activations, StepShape } from '../../models/step.ts';
import type { NetworkWeights } from '../../models/weights.ts';
import type { Caches } from '../memory/caches.ts';
import { cutName, cutRebuilds, encodeEvictions, evictionCuts, rebuildName } from './encode-eviction.ts';
import type { DraftMemory } from './draft-memory.ts';
import type { MethodBuffers } from './method-buffers.ts';
import type { OutputRings } from './output-rings.ts';
import type { StepEnd, StepEndContext } from './step-ends.ts';
import type { KernelSet } from '../self-test/kernel-set.ts';
import { selectionKind, type MethodIds, type SequenceMethods } from '../memory/sequence-methods.ts';
import { isPlain, kindsKey, type StepKinds } from './step-kinds.ts';
import type { StepState } from '../memory/step-state.ts';

export interface PlanRequest {
  readonly rows: number;
  readonly logitRows: number;
  /** The most slots any of its sequences has after the step. */
  readonly length: number;
  readonly end: StepEnd;
  readonly kinds: StepKinds;
}

export interface PlanParts {
  readonly gpu: Gpu;
  readonly graph: NetworkGraph;
  readonly weights: NetworkWeights;
  readonly activations: Activations;
  readonly state: StepState;
  readonly caches: Caches;
  readonly methodBuffers: MethodBuffers;
  readonly methodIds: MethodIds;
  readonly rings: OutputRings;
  readonly draftMemory: DraftMemory;
  /** The kernels to use; it compares them with the CPU before they are used. */
  readonly kernels: KernelSet;
}

/** Rows rounded up to a bucket: 1, 2, 4, 8 as matvecs, then 16, 32, … as matmuls. */
export const rowBucket = (rows: number): number => Math.max(1, 2 ** Math.ceil(Math.log2(rows)));

/** The recorded plans of an engine, by everything that changes their list of dispatches. */
export class Plans {
  readonly #parts: PlanParts;
  readonly #plans = new Map<string, Promise<Plan>>();
  readonly #pipelines = new Set<Pipeline>();

  constructor(parts: PlanParts) {
    this.#parts = parts;
  }

  /** Every pipeline that stood in a plan so far. */
  get pipelines(): readonly Pipeline[] {
    return [...this.#pipelines];
  }

  /** The plan of this kind of step, recorded at its first use. */
  for(request: PlanRequest): Promise<Plan> {
    const shape = shapeOf(request);
    const { end, kinds } = request;
    const trees = shape.trees > 0 ? ` trees=${shape.trees}` : '';
    const key = `rows=${shape.rows} logits=${shape.logitRows} length=${shape.lengthBucket}${trees} end=${end.name} ${kindsKey(kinds)}`;
    return this.#keep(key, () => this.#record(key, shape, end, kinds));
  }

  /** The plan that cuts the sequences of these methods; it stands behind a step. */
  eviction(methods: readonly SequenceMethods[]): Promise<Plan> {
    const { gpu, weights, kernels } = this.#parts;
    const { kv } = methods[0]!;
    const cuts = evictionCuts(methods);
    const rebuilds = cutRebuilds(methods, weights.config);
    const key = ['eviction', kv, ...cuts.map(cutName), ...rebuilds.map(rebuildName)].join(', ');
    return this.#keep(key, async () => (await kernels.prove(() => this.#encodeEviction(methods))).build(gpu, key));
  }

  #encodeEviction(methods: readonly SequenceMethods[]): PlanRecorder {
    const recorder = new PlanRecorder();
    const parts = { cuts: evictionCuts(methods), rebuilds: cutRebuilds(methods, this.#parts.weights.config) };
    encodeEvictions(recorder, this.#layers(methods[0]!.kv), parts, this.#parts);
    return recorder;
  }

  /** The plan that computes what lies beside the pages of a sequence of so many slots anew. */
  rebuild(kv: KvType, specs: readonly AuxSpec[], sequence: number, slots: number): Promise<Plan> {
    const { gpu, caches, kernels } = this.#parts;
    const names = specs.map((spec) => distinctName('aux', spec.name, spec)).join(' and ');
    const key = `${names} in ${kv} of sequence ${sequence}, ${slots} slots`;
    const record = (): PlanRecorder => {
      const recorder = new PlanRecorder();
      for (const layer of this.#layers(kv))
        for (const spec of specs) {
          const buffer = caches.of(kv).aux(layer.layer, spec)!;
          recorder.inLayer(layer.layer, () =>
            spec.rebuild?.(recorder, layer, buffer, { sequence, sequences: 1, kind: 0, slots }),
          );
        }
      return recorder;
    };
    return this.#keep(key, async () => (await kernels.prove(record)).build(gpu, key));
  }

  #keep(key: string, record: () => Promise<Plan>): Promise<Plan> {
    let plan = this.#plans.get(key);
    if (!plan) {
      plan = record();
      this.#plans.set(key, plan);
      plan.then(
        ({ entries }) => entries.forEach(({ pipeline }) => this.#pipelines.add(pipeline)),
        // A plan that could not be recorded is tried again, not remembered.
        () => this.#plans.get(key) === plan && this.#plans.delete(key),
      );
    }
    return plan;
  }

  /** Forgets every plan: the buffers they bound have been replaced. Nothing may be in flight. */
  async clear(): Promise<void> {
    const plans = await Promise.allSettled(this.#plans.values());
    this.#plans.clear();
    for (const plan of plans) if (plan.status === 'fulfilled') plan.value.dispose();
  }

  /** What a step of this kind does, and what cuts its sequences behind it: recorded, but neither compiled nor bound. */
  record(
    request: PlanRequest,
    methods: readonly SequenceMethods[],
  ): Readonly<Record<'step' | 'cut', readonly RecordedDispatch[]>> {
    return {
      step: this.#encode(shapeOf(request), request.end, request.kinds).dispatches,
      cut: this.#encodeEviction(methods).dispatches,
    };
  }

  /** Compiles what a plan will need, without using it: weights need not be there yet. */
  async compile(request: PlanRequest): Promise<void> {
    const { pipelines } = this.#parts.gpu;
    const { dispatches } = this.#encode(shapeOf(request), request.end, request.kinds);
    await Promise.all(dispatches.map(({ dispatch }) => pipelines.get(dispatch.request)));
  }

  async #record(key: string, shape: StepShape, end: StepEnd, kinds: StepKinds): Promise<Plan> {
    const { gpu, kernels } = this.#parts;
    return (await kernels.prove(() => this.#encode(shape, end, kinds))).build(gpu, key);
  }

  #encode(plain: StepShape, end: StepEnd, kinds: StepKinds): PlanRecorder {
    const shape = { ...plain, methods: this.#methods(plain.lengthBucket, kinds) };
    const { graph, weights, activations, state, rings, kernels, draftMemory } = this.#parts;
    const recorder = new PlanRecorder();
    const layers = this.#layers(kinds.kv);
    const context: StepEndContext = {
      rows: shape.logitRows,
      vocab: weights.config.vocab,
      state: state.array,
      logits: activations.logits,
      blockMax: activations.blockMax,
      counts: activations.counts,
      faults: activations.faults,
      rings,
      layers,
      trees: shape.trees,
      sequences: state.layout.maxSequences,
      slots: state.layout.maxPages * PAGE_SLOTS,
      stepRows: shape.rows,
      kept: draftMemory.kept,
    };
    end.begin?.(recorder, context);
    encodeNetwork(
      recorder,
      graph.blocks,
      {
        weights,
        activations,
        state: state.array,
        layers,
        attention: withMethods(kernels.attention, kernels.listed),
        variantOf: kernels.variantOf,
      },
      shape,
    );
    end.encode(recorder, context);
    recorder.add(
      'advance',
      advance.call({
        params: { nodes: end.nodes ?? 1 },
        constants: { RING: rings.steps, SAMPLED: end.draws, TREES: shape.trees > 0 },
        variant: undefined,
        bindings: { state: state.array, faults: activations.faults, outputs: rings.outputs.array },
      }),
    );
    return recorder;
  }

  /** What the methods of a step need of attention. */
  #methods(capacity: number, kinds: StepKinds): StepMethods | undefined {
    if (isPlain(kinds)) return undefined;
    const { methodIds, methodBuffers } = this.#parts;
    return {
      kinds,
      capacity,
      kindOf: (selection) => methodIds.of(selectionKind(selection, kinds.kv)),
      arrays: (layer) => methodBuffers.arrays(layer, { capacity, rows: Math.max(MAX_DECODE_ROWS, kinds.selecting) }),
    };
  }

  #layers(kv: KvType): LayerView[] {
    const { graph, weights, state, caches } = this.#parts;
    const cache = caches.of(kv);
    return graph.config.layers.map(
      ({ qHeads, kvHeads, headDim, window, scoreScale, scoreCap, looksAhead, rope }, layer) => ({
        layer,
        qHeads,
        kvHeads,
        groupSize: qHeads / kvHeads,
        headDim,
        window: window ?? 0,
        scale: scoreScale,
        softCap: scoreCap,
        looksAhead,
        kv,
        cache: cache.layer(layer),
        state: state.array,
        sequences: state.room,
        turns: { vectors: weights.vectors, at: weights.offset(graph.ropeTables[layer]!), pairs: rope.dims / 2 },
      }),
    );
  }
}

function shapeOf({ rows, logitRows, length, end }: PlanRequest): StepShape {
  return {
    rows: rowBucket(rows),
    logitRows: logitRows === 0 ? 0 : rowBucket(logitRows),
    states: end.states === true,
    lengthBucket: Math.max(64, 2 ** Math.ceil(Math.log2(Math.max(1, length)))),
    // A matmul of the head writes none: the step's end then finds them itself.
    maxima: end.draws && logitRows <= MATVEC_ROWS,
    trees: end.nodes === undefined ? 0 : rows / end.nodes,
  };
}
