import stepState from '../../shaders/lib/step-state.wgsl?raw';
import type { WgslPart } from '../gpu/wgsl.ts';

/** The include with the accessors of the step state; the kernel binds it as `state : array<u32>`. */
export const stepStatePart: WgslPart = { name: 'lib/step-state', text: stepState };

/** Sizes that fix where everything lies in the step state. */
export interface StepSizes {
  readonly maxRows: number;
  readonly maxLogitRows: number;
  readonly maxSequences: number;
  readonly layers: number;
  /** The most KV heads of any layer. */
  readonly kvStride: number;
  readonly maxPages: number;
}

export const HEADER_WORDS = 16;
export const ROW_WORDS = 8;
export const LOGIT_ROW_WORDS = 4;
export const SEQUENCE_WORDS = 32;
export const METHOD_WORDS = 32;
export const MAX_STOP_IDS = 16;

/** Words of a row. */
export const Row = { sequence: 0, position: 1, ordinal: 2, token: 3, parent: 4, flags: 5, target: 6 } as const;
export const ROW_VALID = 1;
/** The token came after the prompt: decoding methods apply. */
export const ROW_DECODE = 2;
export const NO_PARENT = 0xffffffff;

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
  rows: 10,
  stopCount: 11,
  stopIds: 12,
  firstRow: 28,
} as const;
export const SEQUENCE_DONE = 1;
export const SEQUENCE_PENALTIES = 2;
export const SEQUENCE_IGNORE_EOS = 4;
export const SEQUENCE_MASKED = 8;

/**
 * Words of a sequence's methods. All 0 means: nothing is evicted, observed, selected or masked.
 * `decay`, `tauFirst`, `tauStep`, `theta` and `floor` are f32.
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
  /** Temperature of noisy mass: tauFirst in the prompt, and tauStep more with every token after it. */
  tauFirst: 9,
  tauStep: 10,
  /** Rank positions: by how much places are lower than positions. The GPU counts it. */
  closed: 11,
  /** How decoding rows choose slots; 0 = all. */
  select: 12,
  /** Slots to choose, or pages. */
  selectCount: 13,
  selectSinks: 14,
  selectRecent: 15,
  /** Layers below this one attend to all slots. */
  selectDense: 16,
  /** Cosine of queries from which a choice is used again; above 1 = never. */
  theta: 17,
  /** Only slots less than `window` positions back are visible, and the first `windowSinks` positions; 0 = all. */
  window: 18,
  windowSinks: 19,
  /** Slots over which scores are averaged. */
  pool: 20,
  /** 1 = survivors take their rank as position, and their keys turn with it. */
  rank: 21,
  /** The share of its even part that a head keeps under a joint budget; 0 = no joint budget. */
  floor: 22,
  /** Tokens of a page of selection. */
  page: 23,
} as const;

/** What attention notes down for an eviction policy. */
export const Observe = { nothing: 0, mass: 1, noisyMass: 2 } as const;

/** No budget: nothing is evicted from the layer. */
export const NO_BUDGET = 0xffffffff;

/** Words before each section, and the whole. */
export interface StepLayout extends StepSizes {
  readonly rowsAt: number;
  readonly logitRowsAt: number;
  readonly sequencesAt: number;
  readonly lengthsAt: number;
  readonly pagesAt: number;
  readonly methodsAt: number;
  readonly budgetsAt: number;
  readonly words: number;
}

export function stepLayout(sizes: StepSizes): StepLayout {
  const rowsAt = HEADER_WORDS;
  const logitRowsAt = rowsAt + sizes.maxRows * ROW_WORDS;
  const sequencesAt = logitRowsAt + sizes.maxLogitRows * LOGIT_ROW_WORDS;
  const lengthsAt = sequencesAt + sizes.maxSequences * SEQUENCE_WORDS;
  const pagesAt = lengthsAt + sizes.maxSequences * sizes.layers * sizes.kvStride;
  const methodsAt = pagesAt + sizes.maxSequences * sizes.layers * sizes.maxPages;
  const budgetsAt = methodsAt + sizes.maxSequences * METHOD_WORDS;
  return {
    ...sizes,
    rowsAt,
    logitRowsAt,
    sequencesAt,
    lengthsAt,
    pagesAt,
    methodsAt,
    budgetsAt,
    words: budgetsAt + sizes.maxSequences * sizes.layers,
  };
}

/** The header words from 4 on, which tell the kernels where the sections lie. */
export const layoutWords = (layout: StepLayout): readonly number[] => [
  layout.logitRowsAt,
  layout.sequencesAt,
  layout.lengthsAt,
  layout.pagesAt,
  layout.layers,
  layout.kvStride,
  layout.maxPages,
  layout.methodsAt,
  layout.budgetsAt,
];

/** Where `layoutWords` begin. */
export const LAYOUT_AT = 4;
