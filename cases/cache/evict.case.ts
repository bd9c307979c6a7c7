import { PAGE_SLOTS } from '../../src/kernels/cache-layout.ts';
import { evict, EvictScope } from '../../src/kernels/cache/evict.ts';
import type { EvictionPolicy } from '../../src/cache/policy.ts';
import * as policies from '../../src/cache/policies/index.ts';
import { LAYOUT_AT, layoutWords, NO_BUDGET, stepLayout, type StepLayout } from '../../src/kernels/step-layout.ts';
import type { WgslPart } from '../../src/gpu/wgsl.ts';
import { evictModel } from '../reference/cache-model.ts';
import { modelScores, type PolicyScore } from '../reference/policy-scores.ts';
import {
  CacheWords,
  lengthAt,
  pageAt,
  setMethods,
  type CacheShape,
  type SequenceMethods,
} from '../support/cache-words.ts';
import { kernelCase } from '../support/kernel-case.ts';
import { seededRandom, shuffled } from '../support/seeded-random.ts';

interface CachedSequence extends SequenceMethods {
  /** Slots in use, one number for all heads or one per KV head. */
  readonly slots: number | readonly number[];
  /** Slots lie in order of position, without gaps: as after a prompt. */
  readonly ordered?: boolean;
}

interface Shape extends CacheShape {
  readonly scope: EvictScope;
  readonly score: PolicyScore;
  /** The kernel is that of a policy that observes nothing: masses stay where they are. */
  readonly massless?: boolean;
  /** Whether masses are few numbers, so that many are equal, or no numbers at all. */
  readonly masses?: 'tied' | 'some are no numbers';
  readonly sequences: readonly CachedSequence[];
}

const RANKING = /^lib\/policy\/([\w-]+)$/;
/** The ranking of a policy's kernel, by the name of its WGSL. */
const rankingOf = (score: readonly WgslPart[]): string | undefined =>
  score.map(({ name }) => RANKING.exec(name)?.[1]).find((name) => name !== undefined);
const isScore = (name: string | undefined): name is PolicyScore => name !== undefined && name in modelScores;

/** A policy of the registry for each ranking that has a twin. */
const POLICIES = new Map<PolicyScore, EvictionPolicy>();
for (const make of Object.values(policies)) {
  const policy = make();
  const name = rankingOf(policy.score);
  if (isScore(name) && !POLICIES.has(name)) POLICIES.set(name, policy);
}

const POLICY = 3;
const LAYER = 1;

/** What may stand beside a sequence that is cut: none of these may change. */
const BYSTANDERS: readonly CachedSequence[] = [
  { slots: 70, policy: POLICY + 1, budget: 5 },
  { slots: 40, policy: POLICY },
  { slots: 33, policy: POLICY, budget: 33 },
  { slots: 20, policy: POLICY, budget: 64 },
  { slots: 9, budget: 4 },
  { slots: 66, policy: POLICY, budget: 0 },
  { slots: 0, policy: POLICY, budget: 8 },
];

const scopes = Object.keys(EvictScope) as EvictScope[];

/** A sequence that is cut, whatever the policy. */
const CUT: CachedSequence = { slots: 80, policy: POLICY, budget: 40, sinks: 4, recent: 9, seed: 7 };
const pooled = (pool: number) => policies.snapKv({ pool });

function layoutOf({ kvHeads, sequences }: Shape): StepLayout {
  const longest = Math.max(...sequences.flatMap(({ slots }) => slots));
  return stepLayout({
    maxRows: 4,
    maxLogitRows: 2,
    maxSequences: sequences.length,
    layers: 3,
    kvStride: kvHeads + 1,
    maxPages: Math.ceil(longest / PAGE_SLOTS) + 1,
  });
}

const lengthsOf = ({ slots }: CachedSequence, heads: number): readonly number[] =>
  typeof slots === 'number' ? Array<number>(heads).fill(slots) : slots;

const both = { kv: 'f16', kvHeads: 3, headDim: 12 } as const;

const SHAPES: readonly Shape[] = [
  {
    kv: 'f32',
    kvHeads: 1,
    headDim: 4,
    scope: 'head',
    score: 'mass',
    sequences: [{ slots: 3, policy: POLICY, budget: 2 }],
  },
  {
    ...both,
    scope: 'head',
    score: 'mass',
    masses: 'tied',
    sequences: [
      ...BYSTANDERS,
      { slots: [129, 40, 71], policy: POLICY, budget: 64, every: 7, sinks: 4, recent: 9 },
      { slots: [70, 71, 72], policy: POLICY, budget: 64, every: 8 },
      { slots: 300, policy: POLICY, budget: 170, every: 16, sinks: 4, recent: 64 },
      { slots: 65, policy: POLICY, budget: 1, recent: 1 },
      // More newest slots than the budget: the newest of them. More sinks than there is room for: the first of them.
      { slots: 50, policy: POLICY, budget: 20, recent: 90 },
      { slots: 50, policy: POLICY, budget: 20, sinks: 45, recent: 3, ordered: true },
    ],
  },
  {
    ...both,
    scope: 'head',
    score: 'mass',
    masses: 'some are no numbers',
    sequences: [{ slots: 100, policy: POLICY, budget: 60, recent: 5 }],
  },
  {
    ...both,
    scope: 'head',
    score: 'mass',
    sequences: [
      ...BYSTANDERS,
      // Longer than a list of slots to move.
      { slots: 2700, policy: POLICY, budget: 1300, sinks: 4, recent: 20 },
      { slots: [65, 64, 63], policy: POLICY, budget: 64 },
    ],
  },
  {
    ...both,
    scope: 'head',
    score: 'recency',
    sequences: [...BYSTANDERS, { slots: [200, 90, 129], policy: POLICY, budget: 80, every: 10, sinks: 30 }],
  },
  { ...both, scope: 'head', score: 'recency', massless: true, sequences: [...BYSTANDERS, CUT] },
  { ...both, kv: 'q8', scope: 'head', score: 'mass', sequences: [...BYSTANDERS, CUT] },
  {
    ...both,
    scope: 'head',
    score: 'random',
    sequences: [...BYSTANDERS, { slots: [200, 90, 129], policy: POLICY, budget: 80, sinks: 2, recent: 7, seed: 77 }],
  },
  {
    ...both,
    scope: 'head',
    score: 'pooled-mass',
    sequences: [
      ...BYSTANDERS,
      { slots: 230, policy: POLICY, budget: 80, sinks: 4, recent: 32, own: pooled(5), ordered: true },
      { slots: 230, policy: POLICY, budget: 80, recent: 3, own: pooled(3) },
      { slots: 90, policy: POLICY, budget: 9, recent: 1, own: pooled(1), ordered: true },
    ],
  },
  {
    ...both,
    scope: 'layer',
    score: 'layer-mass',
    sequences: [
      ...BYSTANDERS,
      { slots: 171, policy: POLICY, budget: 170, every: 1 },
      { slots: 190, policy: POLICY, budget: 100, sinks: 4, recent: 9, every: 16 },
    ],
  },
  {
    ...both,
    scope: 'joint',
    score: 'mass',
    sequences: [
      ...BYSTANDERS.map((item) => ({ ...item, floor: 0.2 })),
      { slots: 100, policy: POLICY, budget: 20 },
      { slots: [90, 51, 69], policy: POLICY, budget: 60, every: 10, sinks: 4, recent: 9, floor: 0.2 },
      { slots: [90, 51, 68], policy: POLICY, budget: 60, every: 10, floor: 0.2 },
      { slots: [200, 1, 64], policy: POLICY, budget: 50, floor: 1 },
      { slots: [80, 80, 80], policy: POLICY, budget: 40, floor: 0.001 },
    ],
  },
  {
    ...both,
    scope: 'joint',
    score: 'mass',
    masses: 'tied',
    sequences: [{ slots: [90, 92, 91], policy: POLICY, budget: 90, every: 1, sinks: 2, recent: 3, floor: 0.7 }],
  },
];

/** A shape for every ranking that no shape above is about. */
const others = [...POLICIES].flatMap(([score, policy]): Shape[] =>
  SHAPES.some((shape) => shape.score === score)
    ? []
    : [{ ...both, scope: policy.scope, score, sequences: [...BYSTANDERS, { ...CUT, own: policy }] }],
);

export default kernelCase(evict, {
  shapes: [...SHAPES, ...others],
  // Nothing is due a second time: a repeated call would time a test of lengths.
  bench: [],
  build(shape, seeded) {
    const { kvHeads, scope, score, sequences, masses } = shape;
    const layout = layoutOf(shape);
    const draw = seededRandom(seeded.word());
    const state = new Uint32Array(layout.words);
    state.set(layoutWords(layout), LAYOUT_AT);
    const tables = sequences.map((item) => Math.ceil(Math.max(0, ...lengthsOf(item, kvHeads)) / PAGE_SLOTS));
    const pages = shuffled(tables.reduce((sum, count) => sum + count, 0) + 1, draw);
    const cache = CacheWords.filled(shape, pages.length, 0x7c007c00);
    let nextPage = 0;
    sequences.forEach((item, sequence) => {
      const lengths = lengthsOf(item, kvHeads);
      state.set(pages.slice(nextPage, (nextPage += tables[sequence]!)), pageAt(layout, sequence, LAYER, 0));
      state.set(lengths, lengthAt(layout, sequence, LAYER, 0));
      setMethods(state, layout, sequence, LAYER, item);
      const order = shuffled(Math.ceil(Math.max(0, ...lengths) * 1.3), draw);
      lengths.forEach((length, head) => {
        // Heads of one layer-wide set hold the same tokens; others tokens of their own. The newest is the last of all.
        const held = (scope === 'layer' ? order : shuffled(order.length, draw)).slice(0, length - 1);
        const places = item.ordered ? Array.from({ length }, (_, i) => i) : [...held, order.length];
        places.slice(0, length).forEach((place, slot) => {
          const content = Array.from({ length: cache.slotWords }, () => draw.int(2 ** 32));
          const number = masses === 'tied' ? draw.int(3) : draw.next();
          const none = masses === 'some are no numbers' && draw.int(2) === 0;
          cache.write(state[pageAt(layout, sequence, LAYER, slot)]!, head, slot, {
            place,
            mass: none ? NaN : number,
            content,
          });
        });
      });
    });
    return {
      params: { layer: LAYER, policy: POLICY, sequences: sequences.length },
      constants: { KV_HEADS: kvHeads, HEAD_DIM: shape.headDim, SCOPE: EvictScope[scope], MASS: !shape.massless },
      variant: { kv: shape.kv, score: POLICIES.get(score)!.score },
      buffers: { state, cache: cache.words, mass: cache.mass, keys: new Uint32Array(cache.mass.length) },
    };
  },
  reference({ buffers }, shape) {
    const { kvHeads, scope, score, sequences } = shape;
    const layout = layoutOf(shape);
    const state = Uint32Array.from(buffers.state as Uint32Array);
    const cache = new CacheWords(
      shape,
      Uint32Array.from(buffers.cache as Uint32Array),
      Float32Array.from(buffers.mass as Float32Array),
    );
    sequences.forEach((item, sequence) => {
      const { budget = NO_BUDGET, every = 0, sinks = 0, recent = 0, own, floor = 0, seed = 0 } = item;
      const joint = floor > 0;
      if (item.policy !== POLICY || budget === NO_BUDGET || budget === 0 || joint !== (scope === 'joint')) return;
      const page = (slot: number): number => state[pageAt(layout, sequence, LAYER, slot)]!;
      const before = lengthsOf(item, kvHeads).map((length, head) =>
        Array.from({ length }, (_, slot) => cache.read(page(slot), head, slot)),
      );
      const values = own?.values ?? {};
      const cut = { budget, every, sinks, recent, values, floor, seed, layer: LAYER, scope };
      evictModel(before, { ...cut, score: modelScores[score] }).forEach((slots, head) => {
        state[lengthAt(layout, sequence, LAYER, head)] = slots.length;
        slots.forEach((slot, i) => cache.write(page(i), head, i, slot));
      });
    });
    const moved = shape.massless ? (buffers.mass as Float32Array<ArrayBuffer>) : cache.mass;
    return { state, cache: cache.words, mass: new Uint32Array(moved.buffer) };
  },
  // Bits, since some masses are no numbers; the ranks are scratch.
  decode: ({ state, cache, mass: moved }) => ({ state: state!, cache: cache!, mass: new Uint32Array(moved!.buffer) }),
  // Slots are moved, not computed.
  tolerance: 0,
  probe: ({ KV_HEADS, HEAD_DIM, SCOPE, MASS }, { kv, score }) => {
    const textOf = (parts: readonly WgslPart[]): string => parts.map(({ text }) => text).join('');
    const name = rankingOf(score);
    const policy = isScore(name) ? POLICIES.get(name) : undefined;
    const scope = scopes.find((one) => EvictScope[one] === SCOPE);
    // A policy that is not among them ranks by WGSL of its own, which has no reference.
    if (!isScore(name) || !policy || textOf(policy.score) !== textOf(score) || !scope) return undefined;
    return {
      kv,
      kvHeads: Number(KV_HEADS),
      headDim: Number(HEAD_DIM),
      scope,
      score: name,
      massless: MASS === false,
      sequences: [{ ...CUT, own: policy, ...(scope === 'joint' && { floor: 0.3 }) }],
    };
  },
});
