import { PAGE_SLOTS, type KvType } from '../../src/kernels/cache-layout.ts';
import { closePlaces } from '../../src/kernels/cache/close-places.ts';
import {
  LAYOUT_AT,
  layoutWords,
  METHOD_WORDS,
  MethodWord,
  stepLayout,
  type StepLayout,
} from '../../src/kernels/step-layout.ts';
import { ropeTable } from '../../src/models/rope-table.ts';
import { halfToNumber, numberToHalf } from '../../src/core/half.ts';
import { CacheWords, lengthAt, pageAt, setMethods, type CacheShape } from '../support/cache-words.ts';
import { kernelCase } from '../support/kernel-case.ts';
import { seededRandom, shuffled } from '../support/seeded-random.ts';

interface Shape extends CacheShape {
  readonly pairs: number;
  readonly layer: number;
  /** Of the turns: 1 but under YaRN. */
  readonly magnitude: number;
  readonly sequences: readonly {
    readonly slots: number;
    /** Places that went, behind the sinks. */
    readonly gap: number;
    readonly sinks: number;
    readonly rank?: boolean;
    readonly policy?: number;
  }[];
}

const POLICY = 2;
const CONTEXT = 700;

const SEQUENCES = [
  { slots: 100, gap: 37, sinks: 4 },
  { slots: 65, gap: 0, sinks: 4 },
  { slots: 64, gap: 500, sinks: 0 },
  { slots: 70, gap: 9, sinks: 4, rank: false },
  { slots: 70, gap: 9, sinks: 4, policy: 1 },
  { slots: 0, gap: 0, sinks: 4 },
  { slots: 5, gap: 64, sinks: 4 },
];

const shapesOf = (kv: KvType): readonly Shape[] => [
  { kv, kvHeads: 1, headDim: 4, pairs: 2, layer: 0, magnitude: 1, sequences: [{ slots: 2, gap: 1, sinks: 1 }] },
  { kv, kvHeads: 3, headDim: 12, pairs: 6, layer: 0, magnitude: 1, sequences: SEQUENCES },
  { kv, kvHeads: 2, headDim: 20, pairs: 3, layer: 1, magnitude: 1.25, sequences: SEQUENCES },
];

const frequenciesOf = (pairs: number): readonly number[] =>
  Array.from({ length: pairs }, (_, i) => 100 ** (-i / pairs));

function layoutOf({ kvHeads, sequences }: Shape): StepLayout {
  const maxSequences = sequences.length;
  return stepLayout({ maxRows: 4, maxLogitRows: 2, maxSequences, layers: 2, kvStride: kvHeads, maxPages: 2 });
}

const FLOAT = new DataView(new ArrayBuffer(4));

/** The words of the numbers as a cache of the type stores them, and the numbers of words. */
function wordsOf(kv: KvType, numbers: readonly number[]): number[] {
  if (kv === 'f32')
    return numbers.map((number) => {
      FLOAT.setFloat32(0, number);
      return FLOAT.getUint32(0);
    });
  const halves = numbers.map(numberToHalf);
  return Array.from({ length: halves.length / 2 }, (_, i) => (halves[2 * i]! | (halves[2 * i + 1]! << 16)) >>> 0);
}
function numbersOf(kv: KvType, words: readonly number[]): number[] {
  return words.flatMap((word) => {
    if (kv === 'f16') return [halfToNumber(word & 0xffff), halfToNumber(word >>> 16)];
    FLOAT.setUint32(0, word);
    return [FLOAT.getFloat32(0)];
  });
}

/** All keys as numbers, and all else as words. */
function parts(shape: Shape, cacheWords: Uint32Array<ArrayBuffer>): { keys: number[]; rest: number[] } {
  const cache = new CacheWords(shape, cacheWords, new Float32Array(cacheWords.length));
  const keys: number[] = [];
  const rest: number[] = [];
  for (let page = 0; page < shape.sequences.length * 2; page++)
    for (let head = 0; head < shape.kvHeads; head++)
      for (let slot = 0; slot < PAGE_SLOTS; slot++) {
        const { place, content } = cache.read(page, head, slot);
        keys.push(...numbersOf(shape.kv, content.slice(0, cache.headWords)));
        rest.push(place, ...content.slice(cache.headWords));
      }
  return { keys, rest };
}

const caseOf = (kv: KvType, tolerance: number) =>
  kernelCase(closePlaces, {
    shapes: shapesOf(kv),
    // Once closed, there is no gap: a repeated call would time a search for one.
    bench: [],
    build(shape, random) {
      const { kvHeads, headDim, pairs, layer, magnitude, sequences } = shape;
      const layout = layoutOf(shape);
      const draw = seededRandom(random.word());
      const state = new Uint32Array(layout.words);
      state.set(layoutWords(layout), LAYOUT_AT);
      const cache = CacheWords.filled(shape, sequences.length * 2, 0x3c003c00);
      sequences.forEach(({ slots, gap, sinks, rank = true, policy = POLICY }, sequence) => {
        setMethods(state, layout, sequence, layer, { policy, sinks, rank });
        state[layout.methodsAt + sequence * METHOD_WORDS + MethodWord.closed] = 10 * sequence;
        state.set([2 * sequence + 1, 2 * sequence], pageAt(layout, sequence, layer, 0));
        for (let head = 0; head < kvHeads; head++) {
          state[lengthAt(layout, sequence, layer, head)] = slots;
          // Slots in an order of their own, the newest somewhere.
          const places = shuffled(slots, draw).map((nth) => (nth < sinks ? nth : nth + gap));
          places.forEach((place, slot) => {
            const numbers = Array.from({ length: 2 * headDim }, () => draw.normal());
            const content = wordsOf(kv, numbers);
            cache.write(state[pageAt(layout, sequence, layer, slot)]!, head, slot, { place, mass: 0, content });
          });
        }
      });
      return {
        params: { layer, policy: POLICY, sequences: sequences.length, turns_at: 3 },
        constants: { KV_HEADS: kvHeads, HEAD_DIM: headDim, ROPE_PAIRS: pairs },
        variant: { kv },
        buffers: {
          state,
          cache: cache.words,
          vectors: Float32Array.from([
            ...Array<number>(12).fill(5),
            ...ropeTable(frequenciesOf(pairs), magnitude, CONTEXT),
          ]),
        },
      };
    },
    reference({ buffers }, shape) {
      const { kvHeads, pairs, layer, sequences, headDim } = shape;
      const layout = layoutOf(shape);
      const state = Uint32Array.from(buffers.state as Uint32Array);
      const { keys, rest } = parts(shape, buffers.cache as Uint32Array<ArrayBuffer>);
      const restLength = rest.length / (keys.length / headDim);
      const frequencies = frequenciesOf(pairs);
      sequences.forEach(({ slots, gap, sinks, rank = true, policy = POLICY }, sequence) => {
        if (!rank || policy !== POLICY || slots === 0) return;
        if (layer === 0) state[layout.methodsAt + sequence * METHOD_WORDS + MethodWord.closed]! += gap;
        for (let head = 0; head < kvHeads; head++)
          for (let slot = 0; slot < slots; slot++) {
            const page = state[pageAt(layout, sequence, layer, slot)]!;
            const line = (page * kvHeads + head) * PAGE_SLOTS + (slot % PAGE_SLOTS);
            if (rest[line * restLength]! < sinks) continue;
            rest[line * restLength]! -= gap;
            frequencies.forEach((frequency, i) => {
              const at = line * headDim + 2 * i;
              const [x, y] = [keys[at]!, keys[at + 1]!];
              const [cos, sin] = [Math.cos(gap * frequency), Math.sin(gap * frequency)];
              keys[at] = x * cos + y * sin;
              keys[at + 1] = y * cos - x * sin;
            });
          }
      });
      return { state, keys, rest };
    },
    decode: ({ state, cache }, shape) => ({ state: state!, ...parts(shape, cache as Uint32Array<ArrayBuffer>) }),
    tolerance,
    probe: ({ KV_HEADS, HEAD_DIM, ROPE_PAIRS }, variant) =>
      variant.kv === kv
        ? {
            kv,
            kvHeads: Number(KV_HEADS),
            headDim: Number(HEAD_DIM),
            pairs: Number(ROPE_PAIRS),
            layer: 0,
            magnitude: 1,
            sequences: [{ slots: 70, gap: 9, sinks: 4 }],
          }
        : undefined,
  });

// One rounding to f16, either way; and a few of f32, the tables' among them.
export default [caseOf('f16', 1e-3), caseOf('f32', 2e-6)];
