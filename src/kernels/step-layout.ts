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
export const MAX_STOP_IDS = 16;

/** Words of a row. */
export const Row = { sequence: 0, position: 1, ordinal: 2, token: 3, parent: 4, flags: 5, target: 6 } as const;
export const ROW_VALID = 1;
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
} as const;
export const SEQUENCE_DONE = 1;
export const SEQUENCE_PENALTIES = 2;
export const SEQUENCE_IGNORE_EOS = 4;
export const SEQUENCE_MASKED = 8;

/** Words before each section, and the whole. */
export interface StepLayout extends StepSizes {
  readonly rowsAt: number;
  readonly logitRowsAt: number;
  readonly sequencesAt: number;
  readonly lengthsAt: number;
  readonly pagesAt: number;
  readonly words: number;
}

export function stepLayout(sizes: StepSizes): StepLayout {
  const rowsAt = HEADER_WORDS;
  const logitRowsAt = rowsAt + sizes.maxRows * ROW_WORDS;
  const sequencesAt = logitRowsAt + sizes.maxLogitRows * LOGIT_ROW_WORDS;
  const lengthsAt = sequencesAt + sizes.maxSequences * SEQUENCE_WORDS;
  const pagesAt = lengthsAt + sizes.maxSequences * sizes.layers * sizes.kvStride;
  return {
    ...sizes,
    rowsAt,
    logitRowsAt,
    sequencesAt,
    lengthsAt,
    pagesAt,
    words: pagesAt + sizes.maxSequences * sizes.layers * sizes.maxPages,
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
];

/** Where `layoutWords` begin. */
export const LAYOUT_AT = 4;
