import { SUCCESSORS } from '../../src/kernels/decoding/draft-tree.ts';
import { learnPrompt } from '../../src/kernels/decoding/learn-prompt.ts';
import { stepLayout } from '../../src/kernels/step-layout.ts';
import { kernelCase } from '../support/kernel-case.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { stepWords, type StepRow } from '../support/step-words.ts';

interface Shape {
  readonly rows: number;
  readonly vocab: number;
}

const SHARE = 0.5;
const SHARE_BITS = new Uint32Array(new Float32Array([SHARE]).buffer)[0]!;

/** Rows of three sequences, of which the last decodes; some are not valid. */
function rowsOf({ rows, vocab }: Shape, seed: number): StepRow[] {
  const random = seededRandom(seed);
  return Array.from({ length: rows }, (_, i) => {
    const sequence = Math.floor((3 * i) / rows);
    return {
      sequence,
      position: i,
      ordinal: i,
      token: random.int(vocab),
      valid: random.int(9) > 0,
      decode: sequence === 2,
    };
  });
}

const seeds = new WeakMap<object, number>();

export default kernelCase(learnPrompt, {
  shapes: [
    { rows: 1, vocab: 3 },
    { rows: 9, vocab: 2 },
    { rows: 64, vocab: 7 },
    { rows: 300, vocab: 40 },
  ] as readonly Shape[],
  bench: [{ rows: 256, vocab: 49_152 }] as readonly Shape[],
  build(shape, random) {
    const { rows, vocab } = shape;
    const seed = random.word();
    const draw = seededRandom(random.word());
    const layout = stepLayout({ maxRows: rows, maxLogitRows: 1, maxSequences: 3, layers: 1, kvStride: 1, maxPages: 1 });
    const matrix = new Uint32Array(vocab * SUCCESSORS * 2);
    // Of some tokens all successors are known, of others none.
    for (let token = 0; token < vocab; token++)
      for (let rank = 0; rank < draw.int(SUCCESSORS + 1); rank++)
        matrix.set([draw.int(1000) + 1, 9], 2 * (token * SUCCESSORS + rank));
    const built = {
      params: { rows: 2 * rows, share: SHARE },
      constants: {},
      variant: undefined,
      buffers: { state: stepWords({ layout, rows: rowsOf(shape, seed), logitRows: [], sequences: [] }), matrix },
    };
    seeds.set(built, seed);
    return built;
  },
  reference(built, shape) {
    const matrix = Uint32Array.from(built.buffers.matrix as Uint32Array);
    const rows = rowsOf(shape, seeds.get(built)!);
    rows.forEach(({ sequence, token, valid, decode }, i) => {
      const next = rows[i + 1];
      if (!valid || decode || next?.sequence !== sequence) return;
      const at = token! * SUCCESSORS * 2;
      const known = Array.from({ length: SUCCESSORS }, (_, rank) =>
        Array.from(matrix.slice(at + 2 * rank, at + 2 * rank + 2)),
      );
      // What follows a gap was never there: it is forgotten as the gap is filled.
      const same = known.findIndex(([id]) => id === next.token! + 1 || id === 0);
      const kept = known.filter((_pair, rank) => rank !== (same < 0 ? SUCCESSORS - 1 : same));
      matrix.set([next.token! + 1, SHARE_BITS, ...kept.flat()], at);
    });
    return { matrix };
  },
  // Whole numbers.
  tolerance: 0,
  probe: (): Shape => ({ rows: 64, vocab: 7 }),
  label: ({ rows }) => `${rows} rows`,
  work: ({ rows }) => ({ bytes: rows * SUCCESSORS * 16, flops: 0 }),
});
