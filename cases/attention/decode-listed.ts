import { decodeFlashListed } from '../../src/kernels/attention/decode-flash.ts';
import { kernelCase } from '../support/kernel-case.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { comparable, LOWEST, partialsOf } from './partials.ts';
import { attentionOf, buildScene, shortScene, type Lists, type Scene } from './scene.ts';
import {
  narrow,
  broad,
  wide,
  scenes,
  one,
  inputsOf,
  missing,
  label,
  suits,
  workOf,
  probeOf,
  type Shape,
} from './decode-scenes.ts';

interface ListedShape extends Shape {
  /** Slots on the list of a (row, KV head), as many as there are at most; 'all' = every slot. */
  readonly list: number | 'all';
  readonly order?: 'ascending' | 'any';
}

const KIND = 2;
const selecting = (length: number | readonly number[], rows = 1) => ({ length, rows, select: KIND });
const listsOf = new WeakMap<object, Lists>();

/** Random slots for every row and KV head, without order or ascending. */
function makeLists({ rows, slots, kvHeads }: Scene, { list, order = 'ascending' }: ListedShape): Lists {
  const draw = seededRandom(11);
  return rows.map(({ sequence, ordinal, lengths }) =>
    Array.from({ length: kvHeads }, (_, head) => {
      const count = lengths[head]! + ordinal + 1;
      const ranks = slots[sequence - 1]![head]!.slice(0, count).map((_slot, slot) => ({ slot, rank: draw.next() }));
      const chosen = ranks
        .toSorted((a, b) => a.rank - b.rank)
        .slice(0, list === 'all' ? count : list)
        .map(({ slot }) => slot);
      return order === 'any' ? chosen : chosen.toSorted((a, b) => a - b);
    }),
  );
}

export const decodeListedCase = kernelCase(decodeFlashListed, {
  shapes: [
    { ...one, splits: 0, list: 1, sequences: [selecting(70)] },
    { ...one, splits: 0, list: 37, order: 'any', sequences: [selecting(300)] },
    { ...one, splits: 0, list: 'all', sequences: [selecting(150)] },
    { ...one, splits: 0, list: 130, cut: narrow, headDim: 64, sequences: [selecting(400)] },
    { ...one, splits: 0, list: 65, headDim: 128, group: 7, kvHeads: 1, cut: broad, sequences: [selecting(200)] },
    { ...one, splits: 0, list: 40, window: 60, sequences: [selecting(200)] },
    { ...one, splits: 0, list: 0, sequences: [selecting(20)] },
    {
      ...one,
      splits: 0,
      list: 20,
      bucket: 8,
      invalid: [2],
      sequences: [
        { length: 90, rows: 1 },
        selecting([40, 70, 3], 2),
        { length: 50, rows: 1, select: KIND + 1 },
        { ...selecting(120), mask: { window: 30, sinks: 20 } },
      ],
    },
    {
      ...one,
      splits: 3,
      list: 200,
      kv: 'f32',
      bucket: 4,
      sequences: [selecting(300), { length: 200, rows: 1 }, selecting([130, 256, 5])],
    },
  ] as readonly ListedShape[],
  bench: [narrow, { ...narrow, threads: 128 }, wide].map((cut): ListedShape => ({
    ...one,
    cut,
    headDim: 64,
    splits: 0,
    list: 512,
    sequences: [selecting(8191)],
  })),
  label: (shape) => `${shape.list} listed, ${label(shape)}`,
  suits,
  check: shortScene,
  missing,
  build(shape, random) {
    const scene = buildScene(shape, random);
    const { bucket, kvHeads, layer, scale } = scene;
    const lists = makeLists(scene, shape);
    const capacity = Math.max(1, ...lists.flat().map((list) => list.length)) + 3;
    // Entries past a list lead nowhere.
    const selected = new Uint32Array(bucket * kvHeads * (capacity + 1)).fill(0xffffffff);
    lists.flat().forEach((list, i) => selected.set([list.length, ...list], i * (capacity + 1)));
    const inputs = inputsOf(shape, scene);
    const built = {
      params: { scale, layer, splits: Math.max(1, shape.splits), rows: bucket, capacity, kind: KIND },
      ...inputs,
      buffers: { ...inputs.buffers, selected },
    };
    scenes.set(built, scene);
    listsOf.set(built, lists);
    return built;
  },
  reference(built, shape) {
    const scene = scenes.get(built)!;
    const lists = listsOf.get(built)!;
    const { output, lse, partials } = built.buffers;
    if (shape.splits > 0)
      return comparable({ output, lse, partials: partialsOf(scene, shape.splits, { kind: KIND, lists }) });
    const want = attentionOf(scene, KIND, lists);
    // An empty list weighs nothing.
    const lseOf = want.lse.map((number) => (Number.isFinite(number) ? number : LOWEST));
    return comparable({ output: want.output, lse: lseOf, partials });
  },
  decode: comparable,
  // A score near 20 is off by an ulp of 2e-6 and the rounding of its products; its weight 2^score by as much of itself.
  tolerance: 2e-5,
  probe: (constants, variant) => ({
    ...probeOf(constants, variant),
    list: 30,
    sequences: [{ ...selecting(70), ...(constants.MASKED && { mask: { window: 40, sinks: 3 } }) }],
  }),
  work: (shape) => workOf(shape, shape.list === 'all' ? 0 : shape.list),
});
