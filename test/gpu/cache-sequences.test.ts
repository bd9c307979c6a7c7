import { afterAll, beforeAll, describe, expect, test, inject } from 'vitest';
import { encodeEviction } from '../../src/cache/encode-eviction.ts';
import { h2o } from '../../src/cache/policies/h2o.ts';
import { snapKv } from '../../src/cache/policies/snap-kv.ts';
import { streamingLlm } from '../../src/cache/policies/streaming-llm.ts';
import { tova } from '../../src/cache/policies/tova.ts';
import type { Gpu } from '../../src/gpu/device.ts';
import { requestGpu } from '../../src/gpu/request.ts';
import { PlanRecorder, type Plan } from '../../src/gpu/plan.ts';
import { evictModel, type ModelCut, type ModelHeads, type ModelSlot } from '../../cases/reference/cache-model.ts';
import { modelScores } from '../../cases/reference/policy-scores.ts';
import { CacheHarness } from '../support/cache-harness.ts';
import type { SequenceMethods, SlotWords } from '../../cases/support/cache-words.ts';
import { seededRandom, type SeededRandom } from '../../cases/support/seeded-random.ts';

const SHAPE = { kv: 'f32', kvHeads: 2, headDim: 4, sequences: 6, pages: 3 } as const;
const CAPACITY = SHAPE.pages * 64;
/** All of them where all cases are run. */
const RUNS = Math.ceil(500 * inject('sampling').share);
const STEPS = 20;

/** What a sequence may be set to; the number is that of its policy. */
const METHODS = [
  { number: 1, policy: h2o(), joint: false, score: modelScores.mass },
  { number: 1, policy: h2o(), joint: true, score: modelScores.mass },
  { number: 2, policy: tova(), joint: false, score: modelScores['layer-mass'] },
  { number: 3, policy: streamingLlm(), joint: false, score: modelScores.recency },
  { number: 4, policy: snapKv({ window: 6, pool: 3 }), joint: false, score: modelScores['pooled-mass'] },
] as const;

/** A sequence as the model has it; the harness holds the same. */
interface Modelled {
  heads: ModelHeads<SlotWords>;
  methods: SequenceMethods;
  /** Index of what cuts it; undefined = nothing. */
  method: number | undefined;
  next: number;
  /** Slots appended since it was last cut: only these can be rolled back. */
  fresh: number;
}

let gpu: Gpu;
let harness: CacheHarness;
let plan: Plan;

beforeAll(async () => {
  gpu = await requestGpu({ provider: navigator.gpu });
  harness = new CacheHarness(gpu, SHAPE);
  const recorder = new PlanRecorder();
  for (const { policy, number, joint } of METHODS)
    encodeEviction(recorder, harness.layer, policy, harness.arrays, { number, joint });
  plan = await recorder.build(gpu, 'cuts');
});
afterAll(() => {
  plan?.dispose();
  harness?.dispose();
  gpu?.dispose();
});

function freshSequence(draw: SeededRandom): Modelled {
  const method = draw.int(METHODS.length + 1);
  const empty = { heads: Array.from({ length: SHAPE.kvHeads }, () => []), next: 0, fresh: 0 };
  const chosen = METHODS[method];
  if (!chosen) return { ...empty, method: undefined, methods: {} };
  const budget = 8 + draw.int(draw.int(2) === 0 ? 20 : 90);
  const { number: policy, joint } = chosen;
  const { recent: tied } = chosen.policy;
  const recent = Math.max(tied === 'rest' ? 0 : tied, draw.int(5));
  const methods = {
    policy,
    budget,
    every: draw.int(5),
    sinks: Math.min(draw.int(4), budget - recent),
    recent,
    own: chosen.policy,
    floor: joint ? [0.05, 0.3, 1][draw.int(3)]! : 0,
  };
  return { ...empty, method, methods };
}

function append(sequence: Modelled, count: number, draw: SeededRandom): void {
  const slot = (place: number): ModelSlot<SlotWords> => ({
    place,
    mass: Math.fround(draw.next()),
    content: Array.from({ length: 2 * SHAPE.headDim }, () => draw.int(2 ** 32)),
  });
  sequence.heads = sequence.heads.map((slots) => [
    ...slots,
    ...Array.from({ length: count }, (_, i) => slot(sequence.next + i)),
  ]);
  sequence.next += count;
  sequence.fresh += count;
}

/** Cuts the model's sequence as the plan must cut the real one. */
function cut(sequence: Modelled): void {
  const chosen = METHODS[sequence.method ?? METHODS.length];
  if (!chosen) return;
  const { budget = 0, every = 0, sinks = 0, recent = 0, own, floor = 0 } = sequence.methods;
  const scope = chosen.joint ? 'joint' : chosen.policy.scope;
  const how: ModelCut = {
    budget,
    every,
    sinks,
    recent,
    values: own?.values ?? {},
    floor,
    seed: 0,
    layer: 0,
    scope,
    score: chosen.score,
  };
  const after = evictModel(sequence.heads, how);
  if (after !== sequence.heads) sequence.fresh = 0;
  sequence.heads = after;
}

const upload = (sequences: readonly Modelled[]): void =>
  sequences.forEach(({ heads, methods }, i) => {
    harness.setMethods(i, methods);
    heads.forEach((slots, head) => harness.setHead(i, head, slots));
  });

/** Writes what the model left of every sequence. Mass moves with the slots only where the policy observes it. */
const writeCuts = (sequences: readonly Modelled[]): void =>
  sequences.forEach(({ heads, method }, i) => {
    const observed = METHODS[method ?? METHODS.length]?.policy.observes !== undefined;
    const before = harness.heads(i);
    heads.forEach((slots, head) => {
      const kept = slots.map((slot, at) => (observed ? slot : { ...slot, mass: before[head]![at]!.mass }));
      harness.setHead(i, head, kept);
    });
  });

/** Positions are unique; sinks and newest slots are there; a head that was cut holds its budget. */
function checkInvariants(
  before: ModelHeads<SlotWords>,
  after: ModelHeads<SlotWords>,
  { methods, method }: Modelled,
): void {
  const { budget = Infinity, sinks = 0, recent = 0, floor = 0 } = methods;
  const newest = Math.max(...before.flat().map(({ place }) => place));
  after.forEach((slots, head) => {
    const places = new Set(slots.map(({ place }) => place));
    expect(places.size).toBe(slots.length);
    const forced = before[head]!.filter(({ place }) => place < sinks || place > newest - recent);
    if (method !== undefined) for (const { place } of forced) expect(places.has(place)).toBe(true);
    if (floor === 0 && slots.length < before[head]!.length) expect(slots.length).toBe(budget);
    if (floor > 0)
      expect(slots.length).toBeGreaterThanOrEqual(Math.min(before[head]!.length, Math.floor(floor * budget)));
  });
  if (floor > 0 && after.flat().length < before.flat().length) expect(after.flat().length).toBe(budget * after.length);
}

describe('caches of several conversations with different policies', () => {
  test(`${RUNS} random sequences of append, cut, roll back and fork leave what the model says, to the byte`, async () => {
    const draw = seededRandom(5);
    let cuts = 0;
    for (let run = 0; run < RUNS; run++) {
      const sequences = Array.from({ length: SHAPE.sequences }, () => freshSequence(draw));
      upload(sequences);
      for (let step = 0; step < STEPS; step++) {
        const which = draw.int(SHAPE.sequences);
        const sequence = sequences[which]!;
        const longest = Math.max(...sequence.heads.map((slots) => slots.length));
        const action = draw.int(10);
        if (action < 5)
          append(sequence, Math.min(1 + draw.int(draw.int(3) === 0 ? 100 : 12), CAPACITY - longest), draw);
        else if (action === 5) {
          const back = draw.int(sequence.fresh + 1);
          sequence.heads = sequence.heads.map((slots) => slots.slice(0, slots.length - back));
          sequence.next -= back;
          sequence.fresh -= back;
        } else if (action === 6) {
          sequences[(which + 1) % SHAPE.sequences] = { ...sequence };
        } else {
          // Half of the cuts do not wait for more than a slot too many.
          if (draw.int(2) === 1) for (const each of sequences) each.methods = { ...each.methods, every: 1 };
          upload(sequences);
          const words = harness.snapshot();
          const before = sequences.map(({ heads }) => heads);
          for (const each of sequences) cut(each);
          writeCuts(sequences);
          const want = harness.snapshot();
          harness.restore(words);
          // oxlint-disable-next-line no-await-in-loop -- one GPU
          await harness.run(plan);
          const wrong = harness.snapshot().map((part, i) => part.findIndex((word, at) => word !== want[i]![at]));
          expect(wrong, `run ${run}, step ${step}: the first words that differ`).toEqual([-1, -1, -1]);
          const heads = sequences.map((_, i) => harness.heads(i));
          sequences.forEach((each, i) => {
            checkInvariants(before[i]!, heads[i]!, each);
            if (each.heads !== before[i]) cuts++;
          });
        }
      }
    }
    // The law must not hold by nothing being cut.
    expect(cuts).toBeGreaterThan(2 * RUNS);
  });

  test('a budget of at least what is cached changes no byte', async () => {
    const draw = seededRandom(6);
    const sequences = METHODS.map((_, method): Modelled => {
      const made = { ...freshSequence(draw), method };
      append(made, 100, draw);
      const { number: policy, policy: own, joint } = METHODS[method]!;
      return { ...made, methods: { policy, budget: 100, every: 1, own, floor: joint ? 0.5 : 0 } };
    });
    upload(sequences);
    const before = harness.snapshot();
    await harness.run(plan);
    expect(harness.snapshot()).toEqual(before);
  });
});
