import { PAGE_SLOTS, pageWords } from '../../src/kernels/cache-layout.ts';
import { quantizeAppend, quantizeAppendConstants, stagingFloats } from '../../src/kernels/cache/quantize-append.ts';
import { kernelCase } from '../support/kernel-case.ts';
import { smallLayout, stepWords, type StepRow } from '../support/step-words.ts';

interface Shape {
  readonly kvHeads: number;
  readonly headDim: number;
  readonly rows: readonly StepRow[];
  /** Rows of the bucket, at least those of the step. */
  readonly bucket: number;
  /** What the numbers of each (row, key or value, head), in turn, are multiplied with; 'ties' stands for halves of a code. */
  readonly sizes: readonly (number | 'ties')[];
}

const LAYER = 1;
/** Slots in use before the step: of sequence 1 and 2, per KV head. */
const LENGTHS: readonly (readonly number[])[] = [[], [63, 64, 5], [130, 130, 130]];
/** Pages of sequence 1 and 2, in the order of their slots. */
const PAGES: readonly (readonly number[])[] = [[], [3, 5], [1, 0, 4]];
const PAGE_COUNT = 6;
const layoutOf = ({ kvHeads }: Shape) => smallLayout({ maxRows: 80, kvStride: Math.max(4, kvHeads), maxPages: 3 });
/** The slots of a sequence's KV head before the step: heads after the third are as those before. */
const lengthOf = (sequence: number, head: number): number => LENGTHS[sequence]![head % 3]!;
/** A pattern that is a number as f32, as four codes and as a position. */
const PATTERN = 0x3f803f80;

const one: readonly StepRow[] = [{ sequence: 1, position: 200 }];
const several: readonly StepRow[] = [
  { sequence: 1, position: 0 },
  { sequence: 1, position: 8191, ordinal: 1 },
  { sequence: 2, position: 63, valid: false },
  { sequence: 2, position: 70_000, ordinal: 0 },
];
const many: readonly StepRow[] = Array.from({ length: 61 }, (_, i) => ({
  sequence: 2,
  position: 8130 + i,
  ordinal: i,
  valid: i !== 7,
}));

/** The content of a cache, every number on a scale of its own: scales beside 1e30 would hide those beside 1e-30. */
function sections(cache: Uint32Array<ArrayBuffer>, { kvHeads, headDim }: Shape): Record<string, ArrayLike<number>> {
  const lines = kvHeads * PAGE_SLOTS;
  const perPage = pageWords('q8', kvHeads, headDim);
  const take = (first: number, count: number): Uint32Array<ArrayBuffer> => {
    const words = new Uint32Array(PAGE_COUNT * count);
    for (let page = 0; page < PAGE_COUNT; page++)
      words.set(cache.subarray(page * perPage + first, page * perPage + first + count), page * count);
    return words;
  };
  const codes = (2 * lines * headDim) / 4;
  return {
    codes: new Int8Array(take(0, codes).buffer),
    positions: new Uint8Array(take(codes, lines).buffer),
    // Logarithms; a scale of zero is far from any.
    scales: Float64Array.from(new Float32Array(take(codes + lines, 2 * lines).buffer), (scale) =>
      scale === 0 ? 1000 : Math.log(scale),
    ),
  };
}

export default kernelCase(quantizeAppend, {
  shapes: [
    { kvHeads: 1, headDim: 4, rows: one, bucket: 1, sizes: [1] },
    { kvHeads: 3, headDim: 32, rows: several, bucket: 8, sizes: [1, 0, 1e-30, 6e4, 1e30, 3, 1e-35, 'ties', -1] },
    { kvHeads: 3, headDim: 80, rows: several, bucket: 4, sizes: [6e4, 1e-30, 0, 1e30, 1e-37, 'ties', 1e-3] },
    { kvHeads: 2, headDim: 128, rows: several, bucket: 4, sizes: [2, 0, 'ties', 1e30, 1e-30] },
    { kvHeads: 2, headDim: 256, rows: several, bucket: 4, sizes: [1, 1e-2] },
    { kvHeads: 3, headDim: 64, rows: many, bucket: 80, sizes: [1, 2, 0] },
  ] as readonly Shape[],
  bench: [1, 256].map((bucket): Shape => {
    const rows = Array.from({ length: Math.min(bucket, 60) }, (_, i) => ({ sequence: 2, position: i, ordinal: i }));
    return { kvHeads: 3, headDim: 64, rows, bucket: rows.length, sizes: [1] };
  }),
  label: ({ kvHeads, headDim, rows }) => `${rows.length} rows of ${kvHeads} heads of ${headDim}`,
  // A code is a whole number, so one that is off by one is far off; the log of a scale carries its f32 rounding, 6e-8.
  tolerance: 2e-6,
  probe: ({ KV_HEADS, HEAD_DIM }): Shape => ({
    kvHeads: Number(KV_HEADS),
    headDim: Number(HEAD_DIM),
    rows: several,
    bucket: 4,
    sizes: [6e4, 1e-30, 0, 1, 'ties', 1e-3],
  }),
  build(shape, random) {
    const { kvHeads, headDim, bucket, sizes, rows } = shape;
    const layout = layoutOf(shape);
    const state = stepWords({ layout, rows, logitRows: [], sequences: [] });
    LENGTHS.forEach((lengths, sequence) =>
      state.set(
        lengths.length === 0 ? [] : Array.from({ length: kvHeads }, (_, head) => lengthOf(sequence, head)),
        layout.lengthsAt + (sequence * layout.layers + LAYER) * layout.kvStride,
      ),
    );
    PAGES.forEach((pages, sequence) =>
      state.set(pages, layout.pagesAt + (sequence * layout.layers + LAYER) * layout.maxPages),
    );
    const staging = new Float32Array(stagingFloats(bucket, kvHeads, headDim));
    for (let vector = 0; vector < staging.length / headDim; vector++) {
      const size = sizes[vector % sizes.length]!;
      for (let i = 0; i < headDim; i++)
        staging[vector * headDim + i] =
          size === 'ties' ? (i === headDim - 1 ? -127 : (i % 100) + 0.5) : size * random.normal();
    }
    return {
      params: { layer: LAYER, rows: bucket },
      constants: quantizeAppendConstants(kvHeads, headDim),
      variant: { kv: 'q8' as const },
      buffers: {
        state,
        staging,
        cache: new Uint32Array(PAGE_COUNT * pageWords('q8', kvHeads, headDim)).fill(PATTERN),
      },
    };
  },
  reference(built, shape) {
    const { kvHeads, headDim, rows } = shape;
    const cache = Uint32Array.from(built.buffers.cache as Uint32Array<ArrayBuffer>);
    const codes = new Int8Array(cache.buffer);
    const floats = new Float32Array(cache.buffer);
    const staging = built.buffers.staging as Float32Array<ArrayBuffer>;
    const lines = kvHeads * PAGE_SLOTS;
    const section = (lines * headDim) / 4;
    rows.forEach(({ sequence, position, ordinal = 0, valid = true }, row) => {
      if (!valid) return;
      for (let head = 0; head < kvHeads; head++) {
        const slot = lengthOf(sequence, head) + ordinal;
        const page = PAGES[sequence]![Math.floor(slot / PAGE_SLOTS)]! * pageWords('q8', kvHeads, headDim);
        const line = head * PAGE_SLOTS + (slot % PAGE_SLOTS);
        cache[page + 2 * section + line] = position;
        for (const which of [0, 1]) {
          const from = ((row * 2 + which) * kvHeads + head) * headDim;
          const numbers = Array.from(staging.subarray(from, from + headDim));
          const largest = Math.max(...numbers.map(Math.abs));
          const scale = largest < 1.5e-36 ? 0 : largest / 127;
          floats[page + 2 * section + (1 + which) * lines + line] = scale;
          numbers.forEach((number, i) => {
            codes[(page + which * section) * 4 + line * headDim + i] = scale === 0 ? 0 : nearest(number / scale);
          });
        }
      }
    });
    return sections(cache, shape);
  },
  decode: ({ cache }, shape) => sections(cache as Uint32Array<ArrayBuffer>, shape),
  // A vector is read, its codes, scale and position are written.
  work: ({ kvHeads, headDim, rows }) => ({
    bytes: rows.length * kvHeads * (2 * headDim * 5 + 12),
    flops: rows.length * kvHeads * headDim * 6,
  }),
});

/** The nearest whole number, of two the even one. */
function nearest(number: number): number {
  const below = Math.floor(number);
  const rest = number - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 !== 0) ? below + 1 : below;
}
