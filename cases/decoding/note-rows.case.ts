import { noteRows } from '../../src/kernels/decoding/note-rows.ts';
import { stepLayout } from '../../src/kernels/step-layout.ts';
import { kernelCase } from '../support/kernel-case.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { stepWords } from '../support/step-words.ts';

interface Shape {
  readonly rows: number;
  readonly slots: number;
}

const SEQUENCES = 3;

/** Rows at different positions, some not valid, some behind the history's end. */
const rowsOf = ({ rows, slots }: Shape, seed: number) => {
  const random = seededRandom(seed);
  return Array.from({ length: rows }, (_, i) => ({
    sequence: i % SEQUENCES,
    position: Math.floor(i / SEQUENCES) + (i % 7 === 6 ? slots : 0),
    token: random.int(5000),
    valid: random.int(5) > 0,
  }));
};

const seeds = new WeakMap<object, number>();

export default kernelCase(noteRows, {
  shapes: [
    { rows: 1, slots: 4 },
    { rows: 70, slots: 64 },
  ] as readonly Shape[],
  bench: [{ rows: 64, slots: 4096 }] as readonly Shape[],
  build(shape, random) {
    const { rows, slots } = shape;
    const seed = random.word();
    const layout = stepLayout({
      maxRows: rows,
      maxLogitRows: 1,
      maxSequences: SEQUENCES,
      layers: 1,
      kvStride: 1,
      maxPages: 1,
    });
    const built = {
      params: { rows: 2 * rows, slots },
      constants: {},
      variant: undefined,
      buffers: {
        state: stepWords({ layout, rows: rowsOf(shape, seed), logitRows: [], sequences: [] }),
        history: new Uint32Array(SEQUENCES * slots).fill(7),
      },
    };
    seeds.set(built, seed);
    return built;
  },
  reference(built, shape) {
    const history = Uint32Array.from(built.buffers.history as Uint32Array);
    for (const { sequence, position, token, valid } of rowsOf(shape, seeds.get(built)!))
      if (valid && position < shape.slots) history[sequence * shape.slots + position] = token;
    return { history };
  },
  // Words are moved.
  tolerance: 0,
  probe: (): Shape => ({ rows: 70, slots: 64 }),
  label: ({ rows }) => `${rows} rows`,
  work: ({ rows }) => ({ bytes: rows * 20, flops: 0 }),
});
