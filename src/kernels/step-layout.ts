import stepRows from '../../shaders/lib/step-rows.wgsl?raw';
import stepState from '../../shaders/lib/step-state.wgsl?raw';
import type { WgslPart } from '../gpu/wgsl.ts';
import { PAGE_SLOTS } from './cache-layout.ts';
import { u32Constants, withConstants } from './wgsl-constants.ts';

/** Sizes that fix where everything lies in the step state. */
export interface StepSizes {
  readonly maxRows: number;
  readonly maxLogitRows: number;
  readonly maxSequences: number;
  readonly layers: number;
  /** The most KV heads of any layer. */
  readonly kvStride: number;
  readonly maxPages: number;
  /** Lists of rows, of which layers have one each: 1 where all layers compute the same rows. Default 1. */
  readonly rowLists?: number;
}

export const HEADER_WORDS = 16;
export const ROW_WORDS = 8;
export const SPAN_WORDS = 2;
export const LOGIT_ROW_WORDS = 4;
export const SEQUENCE_WORDS = 32;
export const METHOD_WORDS = 32;
export const MAX_STOP_IDS = 16;

/** Words of the header: counts of this step, then where the sections begin and their sizes. */
export const HeaderWord = {
  logitRows: 0,
  step: 1,
  /** Sequences in use are below this number. */
  room: 2,
  logitRowsAt: 4,
  sequencesAt: 5,
  lengthsAt: 6,
  pagesAt: 7,
  layers: 8,
  kvStride: 9,
  maxPages: 10,
  methodsAt: 11,
  budgetsAt: 12,
  /** Where the spans begin within a list of rows. */
  spansInList: 13,
  rangesAt: 14,
} as const;

/**
 * Words of a row. `ordinal` counts the rows of its sequence in the same list. A row of a draft tree has the ordinal of its
 * parent, and bits of the ordinals that it sees, its own among them: 0 to 31, then 32 to 63.
 */
export const Row = {
  sequence: 0,
  position: 1,
  ordinal: 2,
  token: 3,
  parent: 4,
  flags: 5,
  ancestors: 6,
  ancestorsHigh: 7,
} as const;
export const ROW_VALID = 1;
/** The token came after the prompt: decoding methods apply. */
export const ROW_DECODE = 2;
export const NO_PARENT = 0xffffffff;

/** Words of a sequence's span in a list of rows: how many of the rows are its own, and which is the first. */
export const SpanWord = { rows: 0, firstRow: 1 } as const;

/** Words of a logit row; `row` is its number in the last layers' list. */
export const LogitRow = { row: 0, sequence: 1, position: 2, target: 3 } as const;
/** The row is not scored. */
export const NO_TARGET = 0xffffffff;

/** Words of a sequence. */
export const SequenceWord = {
  flags: 0,
  seed: 1,
  remaining: 2,
  temperature: 3,
  topK: 4,
  topP: 5,
  minP: 6,
  repetition: 7,
  presence: 8,
  frequency: 9,
  stopCount: 10,
  stopIds: 11,
} as const;
export const SEQUENCE_DONE = 1;
export const SEQUENCE_PENALTIES = 2;
export const SEQUENCE_IGNORE_EOS = 4;
export const SEQUENCE_MASKED = 8;

/**
 * Words of a sequence's methods that all methods share. All 0 means: nothing is evicted, observed, selected or masked.
 * `decay` and `floor` are f32. Behind them a policy and a selection have words of their own: src/kernels/method-words.ts.
 */
export const MethodWord = {
  /** Which policy evicts: a number the engine gives it; 0 = none. */
  policy: 0,
  /** A head is cut once it holds budget + every slots. */
  every: 1,
  /** Slots at the first positions, and of the newest, that always stay. */
  sinks: 2,
  recent: 3,
  /** What attention notes down: `Observe`. */
  observe: 4,
  /** What a slot's mass is multiplied with before a row's is added. */
  decay: 5,
  /** Only rows at positions from here to before `observeUntil` are observed. */
  observeFrom: 6,
  observeUntil: 7,
  /** Position of the first token after the prompt. */
  promptEnd: 8,
  /** Rank positions: by how much places are lower than positions. The GPU counts it. */
  closed: 9,
  /** How decoding rows choose slots; 0 = all. */
  select: 10,
  /** Layers below this one attend to all slots. */
  selectDense: 11,
  /** Only slots less than `window` positions back are visible, and the first `windowSinks` positions; 0 = all. */
  window: 12,
  windowSinks: 13,
  /** 1 = survivors take their rank as position, and their keys turn with it. */
  rank: 14,
  /** The share of its even part that a head keeps under a joint budget; 0 = no joint budget. */
  floor: 15,
} as const;

/** The words that a policy and a selection have for their own numbers. */
export const POLICY_WORDS = { first: 16, room: 8 } as const;
export const SELECTION_WORDS = { first: 24, room: 8 } as const;

/** What attention notes down for an eviction policy. */
export const Observe = { nothing: 0, mass: 1, noisyMass: 2 } as const;

/** No budget: nothing is evicted from the layer. */
export const NO_BUDGET = 0xffffffff;

/**
 * The word of a KV head in the section `ranges`: exponents of the powers of two that a cache of halves holds its keys and its
 * values times. 0 = as they are.
 */
export const rangeWord = (keys: number, values: number): number => ((keys & 0xffff) | (values << 16)) >>> 0;

/** Words before each section, and the whole. */
export interface StepLayout extends Required<StepSizes> {
  /** The first list of rows: a count, the rows, the spans of the sequences from `spansInList` on. */
  readonly rowListsAt: number;
  readonly rowListWords: number;
  readonly spansInList: number;
  readonly logitRowsAt: number;
  readonly sequencesAt: number;
  readonly lengthsAt: number;
  readonly pagesAt: number;
  readonly methodsAt: number;
  readonly budgetsAt: number;
  readonly rangesAt: number;
  readonly words: number;
}

export function stepLayout(sizes: StepSizes): StepLayout {
  const { rowLists = 1 } = sizes;
  const rowListsAt = HEADER_WORDS + sizes.layers + 1;
  const spansInList = 1 + sizes.maxRows * ROW_WORDS;
  const rowListWords = spansInList + sizes.maxSequences * SPAN_WORDS;
  const logitRowsAt = rowListsAt + rowLists * rowListWords;
  const sequencesAt = logitRowsAt + sizes.maxLogitRows * LOGIT_ROW_WORDS;
  const lengthsAt = sequencesAt + sizes.maxSequences * SEQUENCE_WORDS;
  const pagesAt = lengthsAt + sizes.maxSequences * sizes.layers * sizes.kvStride;
  const methodsAt = pagesAt + sizes.maxSequences * sizes.layers * sizes.maxPages;
  const budgetsAt = methodsAt + sizes.maxSequences * METHOD_WORDS;
  const rangesAt = budgetsAt + sizes.maxSequences * sizes.layers;
  return {
    ...sizes,
    rowLists,
    rowListsAt,
    rowListWords,
    spansInList,
    logitRowsAt,
    sequencesAt,
    lengthsAt,
    pagesAt,
    methodsAt,
    budgetsAt,
    rangesAt,
    words: rangesAt + sizes.layers * sizes.kvStride,
  };
}

/** The word where a list of rows begins: their count. */
export const rowListAt = ({ rowListsAt, rowListWords }: StepLayout, list = 0): number =>
  rowListsAt + list * rowListWords;

/** The first word of a row, of the first list where none is named. */
export const rowAt = (layout: StepLayout, row: number, list = 0): number =>
  rowListAt(layout, list) + 1 + row * ROW_WORDS;

/** The first word of a sequence's span. */
export const spanAt = (layout: StepLayout, sequence: number, list = 0): number =>
  rowListAt(layout, list) + layout.spansInList + sequence * SPAN_WORDS;

/** Where `layoutWords` begin. */
export const LAYOUT_AT = HeaderWord.logitRowsAt;

/**
 * The header words from `LAYOUT_AT` on, which tell the kernels where the sections lie, and behind them where the list of
 * every layer begins, and that of the logit rows: all the first list, until a method shortens it within a step.
 */
export function layoutWords(layout: StepLayout): readonly number[] {
  const words = Array<number>(HEADER_WORDS - LAYOUT_AT).fill(0);
  for (const [name, at] of Object.entries(HeaderWord))
    if (at >= LAYOUT_AT)
      words[at - LAYOUT_AT] = layout[name as Exclude<keyof typeof HeaderWord, 'logitRows' | 'step' | 'room'>];
  return [...words, ...Array<number>(layout.layers + 1).fill(rowListAt(layout))];
}

/** What WGSL knows of all this by name. */
const CONSTANTS = [
  u32Constants({ HEADER_WORDS, ROW_WORDS, SPAN_WORDS, LOGIT_ROW_WORDS, SEQUENCE_WORDS, METHOD_WORDS }),
  u32Constants({ MAX_STOP_IDS, PAGE_SLOTS }),
  u32Constants({ ROW_VALID, ROW_DECODE, NO_PARENT, NO_TARGET, NO_BUDGET }),
  u32Constants({ SEQUENCE_DONE, SEQUENCE_PENALTIES, SEQUENCE_IGNORE_EOS, SEQUENCE_MASKED }),
  u32Constants(HeaderWord, 'HEADER'),
  u32Constants(Row, 'ROW'),
  u32Constants(SpanWord, 'SPAN'),
  u32Constants(LogitRow, 'LOGIT_ROW'),
  u32Constants(SequenceWord, 'SEQUENCE'),
  u32Constants(MethodWord, 'METHOD'),
  u32Constants(Observe, 'OBSERVE'),
];

/** The include with the accessors of the step state, and the constants above; the kernel binds it as `state : array<u32>`. */
export const stepStatePart: WgslPart = { name: 'lib/step-state', text: withConstants(stepState, ...CONSTANTS) };

/** The include with the rows of the layer `params.layer`; it stands beside `stepStatePart`. */
export const stepRowsPart: WgslPart = { name: 'lib/step-rows', text: stepRows };
