import { tokenSelect } from '../../src/attention/selections/token-select.ts';
import { accessorsPart } from '../../src/kernels/method-words.ts';
import { memoryWords, slotScores, slotScoresElements } from '../../src/kernels/selection/slot-scores.ts';
import { ropeTable } from '../../src/models/rope-table.ts';
import { kernelCase } from '../support/kernel-case.ts';
import { headsOf } from '../support/probe-heads.ts';
import { attends, buildScene, sceneLabel, shortScene, type Scene, type SceneShape } from '../attention/scene.ts';
import { KIND, OTHER_KIND, selectionOf, voterOf } from './selection-scene.ts';
import { LOWEST, readScores, wantScores, type PageSum } from './score-scene.ts';

interface Shape extends SceneShape {
  /** Chosen slots take part in the softmax too. */
  readonly all?: boolean;
  /** Every key is scored as if it lay `recent` places before the row. */
  readonly even?: boolean;
  /** Pairs that turn with `even`; default: all but two. */
  readonly pairs?: number;
  /** Scores may be kept from the step before; here nothing is. */
  readonly keeps?: boolean;
}

const scenes = new WeakMap<object, Scene>();
const one = { kv: 'f16', kvHeads: 3, group: 3, headDim: 32, bucket: 1 } as const;
const CONTEXT = 2048;
const BASE = 100;

const choosing = (length: number | readonly number[], sinks: number, recent: number, rows = 1) => ({
  length,
  rows,
  select: KIND,
  selection: tokenSelect({ k: 4, sinks, recent }),
});

const capacityOf = ({ sequences }: Shape): number =>
  Math.max(...sequences.flatMap(({ length, rows }) => [length].flat().map((slots) => slots + rows))) + 5;
const pairsOf = ({ headDim, pairs = headDim / 2 - 2 }: Shape): number => pairs;
const frequencies = (shape: Shape): number[] =>
  Array.from({ length: pairsOf(shape) }, (_, i) => BASE ** (-i / pairsOf(shape)));

/** A vector of neighbouring pairs, turned by so many places. */
const turn = (vector: ArrayLike<number>, by: number, angles: readonly number[]): number[] =>
  Array.from(vector, (element, i) => {
    const angle = angles[Math.floor(i / 2)];
    if (angle === undefined) return element;
    const [even, odd] = [vector[i - (i % 2)]!, vector[i - (i % 2) + 1]!];
    const [cos, sin] = [Math.cos(by * angle), Math.sin(by * angle)];
    return i % 2 === 0 ? even * cos - odd * sin : even * sin + odd * cos;
  });

export default kernelCase(slotScores, {
  shapes: [
    { ...one, sequences: [choosing(0, 0, 1)] },
    { ...one, sequences: [choosing(63, 4, 8)] },
    { ...one, all: true, sequences: [choosing(64, 4, 8)] },
    { ...one, kv: 'f32', headDim: 80, kvHeads: 2, group: 1, sequences: [choosing(130, 200, 1)] },
    { ...one, kv: 'q8', headDim: 128, kvHeads: 1, group: 7, sequences: [choosing(130, 4, 40)] },
    { ...one, window: 60, ordered: true, sequences: [choosing(200, 4, 8)] },
    { ...one, softCap: 2, all: true, sequences: [choosing(90, 4, 8)] },
    { ...one, even: true, sequences: [choosing(150, 4, 20)] },
    {
      ...one,
      bucket: 8,
      invalid: [2],
      sequences: [
        { length: 90, rows: 1 },
        choosing([40, 70, 3], 3, 5, 2),
        { length: 50, rows: 1, select: OTHER_KIND },
        { ...choosing(120, 2, 9), mask: { window: 30, sinks: 20 } },
      ],
    },
  ] as readonly Shape[],
  bench: [{ ...one, headDim: 64, sequences: [choosing(8191, 4, 64)] }],
  label: sceneLabel,
  check: shortScene,
  build(shape, random) {
    const scene = buildScene(shape, random);
    const { kv, kvHeads, group, headDim, bucket, layer, scale, state, cache, query, layout } = scene;
    const { all = false, even = false, window = 0, softCap = 0, sequences } = shape;
    const capacity = capacityOf(shape);
    const heads = kvHeads * group;
    const built = {
      params: {
        scale: even ? 1 : scale,
        layer,
        kind: KIND,
        rows: bucket,
        capacity,
        pages: Math.ceil(capacity / 64),
        turns_at: 0,
      },
      constants: {
        Q_HEADS: heads,
        KV_HEADS: kvHeads,
        GROUP: group,
        HEAD_DIM: headDim,
        ROPE_PAIRS: even ? pairsOf(shape) : 0,
        WINDOW: window,
        MASKED: sequences.some(({ mask }) => mask),
        BIDIRECTIONAL: false,
        SOFT_CAP: softCap,
        ALL: all,
        KEEPS: shape.keeps ?? false,
      },
      variant: {
        kv,
        turn: even ? ('even' as const) : ('none' as const),
        accessors: accessorsPart(selectionOf(shape).words),
      },
      buffers: {
        state,
        query,
        cache,
        vectors: even ? ropeTable(frequencies(shape), 1, CONTEXT) : new Float32Array(4),
        memory: new Uint32Array(layout.maxSequences * memoryWords(heads, headDim, capacity)),
        scores: new Float32Array(slotScoresElements(bucket, heads, capacity)).fill(LOWEST),
      },
    };
    scenes.set(built, scene);
    return built;
  },
  reference: (built, shape) => wantOf(scenes.get(built)!, shape, built.params.scale),
  decode: ({ scores }, shape) =>
    readScores(scores as Float32Array, shape.bucket, shape.kvHeads * shape.group, capacityOf(shape)),
  // Scores near 20 are off by some ulp of 2e-6, turned keys by the turn's roundings too; sums of their exp by as much of themselves.
  tolerance: 5e-5,
  probe: (constants, { kv, turn: turned, accessors }) => ({
    ...headsOf(constants),
    kv,
    bucket: 1,
    all: constants.ALL === true,
    even: turned === 'even',
    keeps: constants.KEEPS === true,
    pairs: Number(constants.ROPE_PAIRS),
    sequences: [
      {
        ...choosing(70, 4, 8),
        selection: voterOf(accessors, { k: 4, sinks: 4, recent: 8 }),
        ...(constants.MASKED && { mask: { window: 40, sinks: 3 } }),
      },
    ],
  }),
  work: ({ kvHeads, group, headDim, sequences }) => {
    const slots = sequences.reduce((sum, { length, rows }) => sum + rows * (Math.max(...[length].flat()) + 1), 0);
    return { bytes: slots * kvHeads * headDim * 2, flops: slots * kvHeads * group * headDim * 2 };
  },
});

/** Scores of every row that selects, and their maxima and sums per page. */
function wantOf(scene: Scene, shape: Shape, scale: number): Record<string, number[]> {
  const { kvHeads, group, headDim, query, rows, slots, window = 0, softCap = 0 } = scene;
  const angles = frequencies(shape);
  const capacity = capacityOf(shape);
  const scores: (readonly number[])[] = [];
  const sums: (readonly PageSum[])[] = [];
  for (let row = 0; row < scene.bucket; row++)
    for (let head = 0; head < kvHeads * group; head++) {
      if (!attends(scene, row, KIND)) {
        scores.push([]);
        sums.push([]);
        continue;
      }
      const { sequence, position, ordinal, lengths } = rows[row]!;
      const { mask, selection } = scene.sequences[sequence - 1]!;
      const [sinks, recent] = [Number(selection!.values['sinks']), Number(selection!.values['recent'])];
      const kvHead = Math.floor(head / group);
      const q = query.subarray((row * kvHeads * group + head) * headDim).subarray(0, headDim);
      const seen = slots[sequence - 1]![kvHead]!.slice(0, lengths[kvHead]! + ordinal + 1);
      const marked = seen.map(({ position: place, key }) => {
        const hidden =
          (window > 0 && position - place >= window) ||
          (mask && position - place >= mask.window && place >= mask.sinks);
        const forced = !hidden && (place < sinks || place + recent > position);
        const by = shape.even ? Math.max(0, position - place - recent) : 0;
        const turned = shape.even ? turn(key, by, angles) : key;
        const plain = scale * turned.reduce((sum, element, i) => sum + element * q[i]!, 0);
        const score = softCap > 0 ? softCap * Math.tanh(plain / softCap) : plain;
        return { forced, score: hidden || (forced && !shape.all) ? LOWEST : score };
      });
      scores.push(marked.map(({ forced, score }) => (forced ? -LOWEST : score)));
      sums.push(
        Array.from({ length: Math.ceil(marked.length / 64) }, (_, page) => {
          const counted = marked
            .slice(page * 64, page * 64 + 64)
            .flatMap(({ score }) => (score > LOWEST ? [score] : []));
          const max = Math.max(LOWEST, ...counted);
          return { max, sum: counted.reduce((sum, score) => sum + Math.exp(score - max), 0) };
        }),
      );
    }
  return wantScores(scores, sums, capacity);
}
