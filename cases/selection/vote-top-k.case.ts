import { tokenSelect } from '../../src/attention/selections/token-select.ts';
import { accessorsPart } from '../../src/kernels/method-words.ts';
import type { Random } from '../../src/core/rng.ts';
import type { ConstantValue, WgslPart } from '../../src/gpu/wgsl.ts';
import { memoryWords, slotScoresElements } from '../../src/kernels/selection/slot-scores.ts';
import { voteTopK, voteTopKKept } from '../../src/kernels/selection/vote-top-k.ts';
import { kernelCase } from '../support/kernel-case.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { topK } from '../reference/selection.ts';
import { attends, buildScene, sceneLabel, type Lists, type Scene, type SceneShape } from '../attention/scene.ts';
import { KIND, OTHER_KIND, readLists, selectionOf, untouchedLists, voterOf, wantLists } from './selection-scene.ts';
import { LOWEST } from './score-scene.ts';

interface Shape extends SceneShape {
  /** One list for all heads. */
  readonly shared: boolean;
  /** Scores of so many different values, so that votes tie. */
  readonly values?: number;
}

const scenes = new WeakMap<object, Scene>();
const one = { kv: 'f16', kvHeads: 3, group: 3, headDim: 4, bucket: 1 } as const;
const choosing = (length: number, k: number, rows = 1) => ({
  length,
  rows,
  select: KIND,
  selection: tokenSelect({ k }),
});

const capacityOf = ({ sequences }: Shape): number =>
  Math.max(...sequences.flatMap(({ length, rows }) => [length].flat().map((slots) => slots + rows))) + 5;
const slotsOf = ({ rows }: Scene, row: number): number => rows[row]!.lengths[0]! + rows[row]!.ordinal + 1;

/** A scene with scores of every slot. */
function inputsOf(shape: Shape, random: Random) {
  const scene = buildScene(shape, random);
  const draw = seededRandom(random.word());
  const { kvHeads, group, headDim, bucket, layer, state, query } = scene;
  const capacity = capacityOf(shape);
  const heads = kvHeads * group;
  const pages = Math.ceil(capacity / 64);
  const scores = new Float32Array(slotScoresElements(bucket, heads, capacity));
  scene.rows.forEach((_, row) => {
    const slots = slotsOf(scene, row);
    // The newest is always chosen; some are hidden, the same for all heads.
    const marks = Array.from({ length: slots }, (__, slot) =>
      slot === slots - 1 || draw.int(20) === 0 ? -LOWEST : draw.int(10) === 0 ? LOWEST : undefined,
    );
    for (let head = 0; head < heads; head++)
      for (let page = 0; page < Math.ceil(slots / 64); page++) {
        const counted: number[] = [];
        for (let slot = page * 64; slot < Math.min(slots, page * 64 + 64); slot++) {
          const score = shape.values ? draw.int(shape.values) : draw.normal() * 2;
          scores[(row * heads + head) * capacity + slot] = marks[slot] ?? score;
          if (marks[slot] === undefined) counted.push(score);
        }
        const at = bucket * heads * capacity + ((row * heads + head) * pages + page) * 2;
        const max = Math.max(LOWEST, ...counted);
        scores.set([max, counted.reduce((sum, score) => sum + Math.exp(score - max), 0)], at);
      }
  });
  const built = {
    params: { layer, kind: KIND, rows: bucket, capacity },
    constants: { Q_HEADS: heads, KV_HEADS: kvHeads, HEAD_DIM: headDim, SHARED: shape.shared },
    variant: { accessors: accessorsPart(selectionOf(shape).words) },
    buffers: { state, query: new Uint32Array(query.buffer), scores, selected: untouchedLists(scene, capacity) },
  };
  scenes.set(built, scene);
  return built;
}

/** The lists that votes give. */
function wantOf(
  built: { readonly buffers: { readonly scores: ArrayLike<number> } },
  shape: Shape,
): { lists: number[] } {
  const scene = scenes.get(built)!;
  const { kvHeads, group } = scene;
  const { scores } = built.buffers;
  const capacity = capacityOf(shape);
  const heads = kvHeads * group;
  const lists: Lists = scene.rows.map(({ sequence }, row) =>
    Array.from({ length: kvHeads }, (_, kvHead) => {
      if (!attends(scene, row, KIND)) return [];
      const slots = slotsOf(scene, row);
      const voters = Array.from({ length: heads }, (__, head) => head).filter(
        (head) => shape.shared || Math.floor(head / group) === kvHead,
      );
      const of = (head: number, slot: number): number => scores[(row * heads + head) * capacity + slot]!;
      const isOpen = (slot: number): boolean => Math.abs(of(voters[0]!, slot)) < 1e30;
      const open = Array.from({ length: slots }, (__, slot) => slot).filter(isOpen);
      const votes = open.map((slot) =>
        voters.reduce((sum, head) => {
          const total = open.reduce((all, other) => all + Math.exp(of(head, other)), 0);
          return sum + Math.exp(of(head, slot)) / total;
        }, 0),
      );
      const k = Number(scene.sequences[sequence - 1]!.selection!.values['k']);
      // Equal votes must be equal in float64 too: the lowest slots win.
      const chosen = topK(shape.values === 1 ? votes.map(() => 0) : votes, k).map((index) => open[index]!);
      const forced = Array.from({ length: slots }, (__, slot) => slot).filter((slot) => of(voters[0]!, slot) > 1e30);
      return [...chosen, ...forced].toSorted((a, b) => a - b);
    }),
  );
  return { lists: wantLists(scene, capacity, lists) };
}

type VoteConstants = Readonly<Record<'Q_HEADS' | 'KV_HEADS' | 'HEAD_DIM' | 'SHARED', ConstantValue>>;

const probeOf = ({ Q_HEADS, KV_HEADS, HEAD_DIM, SHARED }: VoteConstants, accessors: WgslPart): Shape => ({
  kv: 'f16',
  kvHeads: Number(KV_HEADS),
  group: Number(Q_HEADS) / Number(KV_HEADS),
  headDim: Number(HEAD_DIM),
  bucket: 1,
  shared: SHARED === true,
  sequences: [{ ...choosing(70, 9), selection: voterOf(accessors, { k: 9 }) }],
});

const once = kernelCase(voteTopK, {
  shapes: [
    { ...one, shared: true, sequences: [choosing(0, 1)] },
    { ...one, shared: true, sequences: [choosing(63, 5)] },
    { ...one, shared: false, sequences: [choosing(64, 5)] },
    { ...one, shared: true, kvHeads: 1, group: 7, sequences: [choosing(300, 41)] },
    { ...one, shared: false, kvHeads: 5, group: 1, sequences: [choosing(129, 1000)] },
    { ...one, shared: true, values: 1, sequences: [choosing(200, 33)] },
    { ...one, shared: true, kvHeads: 8, group: 4, sequences: [choosing(1200, 100)] },
    {
      ...one,
      shared: true,
      bucket: 8,
      invalid: [2],
      sequences: [
        { length: 90, rows: 1 },
        choosing(40, 7, 3),
        { length: 50, rows: 1, select: OTHER_KIND },
        choosing(121, 3),
      ],
    },
  ] as readonly Shape[],
  bench: [{ ...one, shared: true, headDim: 64, sequences: [choosing(8191, 512)] }],
  label: sceneLabel,
  build: (shape, random) => inputsOf(shape, random),
  reference: (built, shape) => wantOf(built, shape),
  decode: ({ selected }, shape) => ({ lists: readLists(selected!, capacityOf(shape)) }),
  // Lists are exact.
  tolerance: 0,
  probe: (constants, { accessors }) => probeOf(constants, accessors),
  work: ({ kvHeads, group, sequences }) => {
    const slots = sequences.reduce((sum, { length, rows }) => sum + rows * (Math.max(...[length].flat()) + 1), 0);
    return { bytes: slots * kvHeads * group * 4, flops: slots * kvHeads * group * 2 };
  },
});

/** The same with a memory in which nothing is kept: what is written there is not looked at. */
const kept = kernelCase(voteTopKKept, {
  shapes: once.shapes.slice(0, 3),
  bench: [],
  label: sceneLabel,
  build(shape, random) {
    const built = inputsOf(shape, random);
    const scene = scenes.get(built)!;
    const words = memoryWords(scene.kvHeads * scene.group, scene.headDim, capacityOf(shape));
    const withMemory = {
      ...built,
      buffers: { ...built.buffers, memory: new Uint32Array(scene.layout.maxSequences * words) },
    };
    scenes.set(withMemory, scene);
    return withMemory;
  },
  reference: (built, shape) => wantOf(built, shape),
  decode: ({ selected }, shape) => ({ lists: readLists(selected!, capacityOf(shape)) }),
  // Lists are exact.
  tolerance: 0,
  probe: (constants, { accessors }) => probeOf(constants, accessors),
});

export default [once, kept] as const;
