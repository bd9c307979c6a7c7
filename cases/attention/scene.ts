import type { Random } from '../../src/core/rng.ts';
import { PAGE_SLOTS, pageWords, positionWord, slotBytes, type KvType } from '../../src/kernels/cache-layout.ts';
import {
  HEADER_WORDS,
  LAYOUT_AT,
  layoutWords,
  METHOD_WORDS,
  MethodWord,
  rangeWord,
  Row,
  ROW_DECODE,
  ROW_VALID,
  rowAt,
  rowListAt,
  spanAt,
  stepLayout,
  type StepLayout,
} from '../../src/kernels/step-layout.ts';
import { wayUp } from '../support/draft-trees.ts';
import { setOwnWords, type OwnWords } from '../support/own-words.ts';
import { ancestorBits } from '../support/step-words.ts';
import { numberToHalf, roundToHalf } from '../../src/core/half.ts';
import { seededRandom, type SeededRandom } from '../support/seeded-random.ts';

export interface SceneSequence {
  readonly length: number | readonly number[];
  readonly rows: number;
  /** Its rows decode, and this kind of selection chooses their slots; 0 or left out: they are rows of a prompt. */
  readonly select?: number;
  readonly mask?: { readonly window: number; readonly sinks: number };
  /** Other words of its methods, as they are stored. */
  readonly methods?: Partial<Record<keyof typeof MethodWord, number>>;
  /** Its rows are the nodes of a draft tree: the parent of each, as the number of a row before it; the root's says nothing. */
  readonly tree?: readonly number[];
  /** The selection whose own words it has. */
  readonly selection?: OwnWords;
}

/** Exponents for three KV heads; see `SceneShape.ranges`. */
export const RANGES: readonly (readonly [keys: number, values: number])[] = [
  [-12, 9],
  [0, -10],
  [10, 0],
];

/** A step over caches that already hold something. */
export interface SceneShape {
  readonly kv: KvType;
  readonly kvHeads: number;
  readonly group: number;
  readonly headDim: number;
  readonly window?: number;
  /** Of the scores; 0 or left out = none. */
  readonly softCap?: number;
  /** Rows read what comes behind them in the step too. */
  readonly ahead?: boolean;
  /** Slots in order of position. Pages that no row's window or mask then shows hold no numbers: nobody may read them. */
  readonly ordered?: boolean;
  /** The kernel is that of steps in which sequences may have masks. Default: where one has. */
  readonly masked?: boolean;
  /** Rows of the bucket; those after the sequences' rows are not valid. */
  readonly bucket: number;
  /** Slots in use before the step, one number for all heads or one per KV head, and rows in the step. */
  readonly sequences: readonly SceneSequence[];
  /** Exponents of the powers of two that the keys and values of each KV head are stored times; f16 only. */
  readonly ranges?: readonly (readonly [keys: number, values: number])[];
  /** Rows among those of the sequences that are switched off. */
  readonly invalid?: readonly number[];
}

export interface Scene extends SceneShape {
  readonly layout: StepLayout;
  readonly layer: number;
  /** The list of rows that is the layer's; that of layer 0 says otherwise, which the layer must not see. */
  readonly rowList: number;
  readonly scale: number;
  readonly state: Uint32Array<ArrayBuffer>;
  readonly cache: Uint32Array<ArrayBuffer>;
  readonly query: Float32Array<ArrayBuffer>;
  readonly rows: readonly SceneRow[];
  /** Of each sequence and KV head the slots, in slot order: keys as they are stored, values as they are meant. */
  readonly slots: readonly (readonly (readonly Slot[])[])[];
}

interface SceneRow {
  readonly sequence: number;
  readonly position: number;
  readonly ordinal: number;
  readonly valid: boolean;
  /** The kind of selection that chooses its slots; 0 = none. */
  readonly select: number;
  /** The sequence's rows that it sees, itself among them; undefined = all up to itself. */
  readonly branch?: readonly number[] | undefined;
  /** Slots in use before the step, per KV head. */
  readonly lengths: readonly number[];
}

interface Slot {
  readonly position: number;
  readonly key: readonly number[];
  readonly value: readonly number[];
}

/** The constants that attention kernels take of a scene. */
export const attentionConstants = ({
  kvHeads,
  group,
  headDim,
  window = 0,
  softCap = 0,
  ahead = false,
  sequences,
  masked = sequences.some(({ mask }) => mask),
}: SceneShape) => ({
  KV_HEADS: kvHeads,
  GROUP: group,
  HEAD_DIM: headDim,
  WINDOW: window,
  MASKED: masked,
  BIDIRECTIONAL: ahead,
  SOFT_CAP: softCap,
});

/** A scene of one sequence in words: '1 row after 511, 9 heads of 64 in groups of 3, f16'. */
export function sceneLabel({ kv, kvHeads, group, headDim, sequences }: SceneShape): string {
  const [first] = sequences;
  const rows = first?.rows ?? 0;
  return `${rows} ${rows === 1 ? 'row' : 'rows'} after ${String(first?.length)}, ${kvHeads * group} heads of ${headDim} in groups of ${group}, ${kv}`;
}

/** Slots and rows that a reference can go through quickly. */
const SHORT = { length: 300, rows: 40 };

/** A scene of the same kind with less in it: the kernels take lengths and rows from the state. */
export const shortScene = <S extends SceneShape>(shape: S): S => ({
  ...shape,
  sequences: shape.sequences.map(({ length, rows }) => ({
    length: typeof length === 'number' ? Math.min(length, SHORT.length) : length,
    rows: Math.min(rows, SHORT.rows),
  })),
});

/** Numbers of a scene larger than this repeat: drawing millions would take longer than what is measured with them. */
const DRAWN_NUMBERS = 2 ** 18;

/** Standard normal numbers; `count` of them are drawn at most so often as `DRAWN_NUMBERS` says. */
function normals(count: number, draw: SeededRandom): () => number {
  if (count <= DRAWN_NUMBERS) return () => draw.normal();
  const drawn = Float64Array.from({ length: 8191 }, () => draw.normal());
  let next = 0;
  return () => drawn[next++ % drawn.length]!;
}

/** What output elements hold before the kernel runs; rows that are not valid must keep it. */
export const UNTOUCHED = 7;

/**
 * Sequences with ids 1, 2, …, in layer 1 of 2; pages in random order; slots in random order of position with gaps, so
 * that neither slot nor page is a position. What no slot occupies is infinite: whoever reads it gets no number.
 */
export function buildScene(shape: SceneShape, random: Random): Scene {
  const { kv, kvHeads, group, headDim, sequences, bucket } = shape;
  const draw = seededRandom(random.word());
  const layer = 1;
  const lengths = sequences.map(({ length }) =>
    typeof length === 'number' ? Array<number>(kvHeads).fill(length) : length,
  );
  const pagesOf = sequences.map(({ rows }, i) => Math.ceil((Math.max(...lengths[i]!) + rows) / PAGE_SLOTS));
  const layout = stepLayout({
    maxRows: bucket,
    maxLogitRows: 2,
    maxSequences: sequences.length + 1,
    layers: 2,
    kvStride: kvHeads + 1,
    maxPages: Math.max(...pagesOf) + 1,
    rowLists: 2,
  });
  const state = new Uint32Array(layout.words);
  state.set(layoutWords(layout), LAYOUT_AT);
  const rowList = 1;
  state[HEADER_WORDS + layer] = rowListAt(layout, rowList);
  const { ranges = [] } = shape;
  ranges.forEach(([keys, values], head) => {
    state[layout.rangesAt + layer * layout.kvStride + head] = rangeWord(keys, values);
  });
  const pageCount = pagesOf.reduce((sum, pages) => sum + pages, 0);
  const pages = shuffled(pageCount + 1, draw);
  const words = pageWords(kv, kvHeads, headDim);
  const cache = new Uint32Array((pageCount + 1) * words).fill(kv === 'f16' ? 0x7c007c00 : 0x7f800000);
  const floats = new Float32Array(cache.buffer);
  const halves = new Uint16Array(cache.buffer);
  const codes = new Int8Array(cache.buffer);
  const positionsAt = positionWord(kv, kvHeads, headDim);
  const normal = normals(cache.length, draw);
  const rows: SceneRow[] = [];
  let nextPage = 0;
  const slots = sequences.map(({ rows: count, select = 0, mask, methods, selection, tree }, i) => {
    const sequence = i + 1;
    const settings = { select, ...(mask && { window: mask.window, windowSinks: mask.sinks }), ...methods };
    for (const [name, word] of Object.entries(settings) as [keyof typeof MethodWord, number][])
      state[layout.methodsAt + sequence * METHOD_WORDS + MethodWord[name]] = word;
    if (selection) setOwnWords(state, layout, sequence, selection);
    const table = pages.slice(nextPage, (nextPage += pagesOf[i]!));
    state.set(table, layout.pagesAt + (sequence * layout.layers + layer) * layout.maxPages);
    state.set(lengths[i]!, layout.lengthsAt + (sequence * layout.layers + layer) * layout.kvStride);
    const longest = Math.max(...lengths[i]!);
    const start = longest + Math.ceil(longest / 3);
    const branches = tree && Array.from({ length: count }, (_, ordinal) => wayUp(tree, ordinal));
    /** By how much a row's position is behind the root's, or the first row's. */
    const behind = (ordinal: number): number => (branches ? branches[ordinal]!.length - 1 : ordinal);
    for (let ordinal = 0; ordinal < count; ordinal++)
      rows.push({
        sequence,
        position: start + behind(ordinal),
        ordinal,
        branch: branches?.[ordinal],
        valid: !shape.invalid?.includes(rows.length),
        select,
        lengths: lengths[i]!,
      });
    return lengths[i]!.map((length, head) => {
      const before = shuffled(start, draw).slice(0, length);
      const order = [
        ...(shape.ordered ? before.toSorted((a, b) => a - b) : before),
        ...Array.from({ length: count }, (_, row) => start + behind(row)),
      ];
      const hiddenBy = (slot: number, window: number, sinks: number): boolean => {
        const page = order.slice(slot - (slot % PAGE_SLOTS)).slice(0, PAGE_SLOTS);
        return Math.max(...page) + window <= start && Math.min(...page) >= sinks;
      };
      return order.map((position, slot): Slot => {
        const page = table[Math.floor(slot / PAGE_SLOTS)]! * words;
        const line = head * PAGE_SLOTS + (slot % PAGE_SLOTS);
        cache[page + positionsAt + line] = position;
        const hidden =
          shape.ordered &&
          ((shape.window && hiddenBy(slot, shape.window, 0)) || (mask && hiddenBy(slot, mask.window, mask.sinks)));
        const store = (section: number): number[] => {
          const numbers = Array.from({ length: headDim }, () => normal());
          if (hidden) return numbers;
          const scale = Math.fround(Math.max(...numbers.map(Math.abs)) / 127);
          if (kv === 'q8') floats[page + positionsAt + (1 + section) * kvHeads * PAGE_SLOTS + line] = scale;
          return numbers.map((number, element) => {
            const at = (section * kvHeads * PAGE_SLOTS + line) * headDim + element;
            if (kv === 'q8') return (codes[page * 4 + at] = Math.round(number / scale)) * scale;
            if (kv === 'f32') {
              floats[page + at] = number;
              return Math.fround(number);
            }
            const [keys, values] = ranges[head] ?? [0, 0];
            const stored = number * 2 ** (section === 0 ? keys : values);
            halves[page * 2 + at] = numberToHalf(stored);
            return roundToHalf(stored) / (section === 0 ? 1 : 2 ** values);
          });
        };
        return { position, key: store(0), value: store(1) };
      });
    });
  });
  state[rowListAt(layout, rowList)] = rows.length;
  sequences.forEach((_, i) => {
    const own = rows.flatMap(({ sequence }, row) => (sequence === i + 1 ? [row] : []));
    state.set([own.length, own[0] ?? 0], spanAt(layout, i + 1, rowList));
  });
  state[rowListAt(layout, 0)] = bucket;
  rows.forEach(({ sequence, position, ordinal, valid, select, branch = [] }, i) => {
    const at = rowAt(layout, i, rowList);
    state.set(ancestorBits(branch), at + Row.ancestors);
    state[at + Row.sequence] = sequence;
    state[at + Row.position] = position;
    state[at + Row.ordinal] = ordinal;
    state[at + Row.flags] = (valid ? ROW_VALID : 0) | (select > 0 ? ROW_DECODE : 0);
  });
  // Rows past the count may be left from an earlier step.
  for (let row = rows.length; row < bucket; row++) state[rowAt(layout, row, rowList) + Row.flags] = ROW_VALID;
  // Twice the usual size, so that the softmax is far from flat.
  const query = Float32Array.from({ length: bucket * kvHeads * group * headDim }, (_, i) => {
    const [keys] = ranges[Math.floor(i / headDim / group) % kvHeads] ?? [0];
    return draw.normal() * 2 * 2 ** -keys;
  });
  return { ...shape, layout, layer, rowList, scale: 1 / Math.sqrt(headDim), state, cache, query, rows, slots };
}

/** Whether the rows are those of draft trees. */
export const hasTrees = ({ sequences }: SceneShape): boolean => sequences.some(({ tree }) => tree !== undefined);

/** Whether the kernels for this kind of selection compute the row. */
export function attends({ rows, sequences, layer }: Scene, index: number, kind: number): boolean {
  const row = rows[index];
  if (!row?.valid) return false;
  const isDense = layer < (sequences[row.sequence - 1]!.methods?.selectDense ?? 0);
  return (isDense ? 0 : row.select) === kind;
}

/** A visible slot as a query head sees it. */
export interface Seen {
  readonly slot: number;
  /** The scaled score. */
  readonly score: number;
  readonly value: readonly number[];
}

/** Per row and KV head the slots that a selection has listed for it. */
export type Lists = readonly (readonly (readonly number[])[])[];

/** The visible slots of a row and query head, with their scores; of those on its list where there are lists. */
export function look(
  { query, slots, kvHeads, group, headDim, window = 0, softCap = 0, ahead = false, scale, rows, sequences }: Scene,
  row: number,
  head: number,
  lists?: Lists,
): Seen[] {
  const { sequence, position, ordinal, lengths, branch } = rows[row]!;
  const kvHead = Math.floor(head / group);
  const q = query.subarray((row * kvHeads * group + head) * headDim).subarray(0, headDim);
  const { mask } = sequences[sequence - 1]!;
  const listed = lists && new Set(lists[row]![kvHead]);
  const reach = ahead ? sequences[sequence - 1]!.rows : ordinal + 1;
  return slots[sequence - 1]![kvHead]!.slice(0, lengths[kvHead]! + reach).flatMap((stored, slot) => {
    const back = position - stored.position;
    const hidden = ahead ? Math.abs(back) > Math.floor(window / 2) : back >= window;
    if ((window > 0 && hidden) || (listed && !listed.has(slot))) return [];
    if (branch && slot >= lengths[kvHead]! && !branch.includes(slot - lengths[kvHead]!)) return [];
    if (mask && back >= mask.window && stored.position >= mask.sinks) return [];
    const plain = scale * stored.key.reduce((sum, element, i) => sum + element * q[i]!, 0);
    const score = softCap > 0 ? softCap * Math.tanh(plain / softCap) : plain;
    return [{ slot, score, value: stored.value }];
  });
}

/** softmax(scores) applied to the values, and the natural log of the sum of exp(scores). */
export function attend(seen: readonly Seen[], headDim: number): { output: number[]; lse: number } {
  const total = seen.reduce((sum, { score }) => sum + Math.exp(score), 0);
  const output = Array<number>(headDim).fill(0);
  for (const { score, value } of seen)
    value.forEach((element, i) => (output[i]! += (Math.exp(score) / total) * element));
  return { output, lse: Math.log(total) };
}

/**
 * Output and log-sum-exp of every row of the bucket, flat; rows that are not valid, or whose kind of selection is another,
 * are untouched.
 */
export function attentionOf(scene: Scene, kind = 0, lists?: Lists): { output: number[]; lse: number[] } {
  const heads = scene.kvHeads * scene.group;
  const output: number[] = [];
  const lse: number[] = [];
  for (let row = 0; row < scene.bucket; row++)
    for (let head = 0; head < heads; head++) {
      const live = attends(scene, row, kind);
      const result = live
        ? attend(look(scene, row, head, lists), scene.headDim)
        : { output: Array<number>(scene.headDim).fill(UNTOUCHED), lse: UNTOUCHED };
      output.push(...result.output);
      lse.push(result.lse);
    }
  return { output, lse };
}

/** Work of a prefill: keys and values read once per KV head, two multiply-adds per (line, slot, element). */
export function prefillWork({ kv, kvHeads, group, headDim, sequences }: SceneShape): { bytes: number; flops: number } {
  let slots = 0;
  let pairs = 0;
  for (const { length, rows } of sequences) {
    const longest = Math.max(...[length].flat());
    slots += longest + rows;
    pairs += rows * (longest + (rows + 1) / 2);
  }
  return {
    bytes: slots * kvHeads * slotBytes(kv, headDim),
    flops: 4 * pairs * kvHeads * group * headDim,
  };
}

/** An f32 array of `count` untouched elements. */
export const untouched = (count: number): Float32Array<ArrayBuffer> => new Float32Array(count).fill(UNTOUCHED);

function shuffled(count: number, draw: SeededRandom): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const other = draw.int(i + 1);
    [order[i], order[other]] = [order[other]!, order[i]!];
  }
  return order;
}
