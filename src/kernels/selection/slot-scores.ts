import layout from '../../../shaders/lib/selection/slot-scores.wgsl?raw';
import turnEven from '../../../shaders/lib/selection/turn.even.wgsl?raw';
import turnNone from '../../../shaders/lib/selection/turn.none.wgsl?raw';
import source from '../../../shaders/selection/slot-scores.wgsl?raw';
import { ceilDiv } from '../../core/invariant.ts';
import { defineKernel } from '../../gpu/kernel.ts';
import type { WgslPart } from '../../gpu/wgsl.ts';
import { softCapPart } from '../attention/soft-cap.ts';
import { visibleParts } from '../attention/visible.ts';
import { cacheParts, PAGE_SLOTS, type KvType } from '../cache-layout.ts';
import { constantsPart } from '../constants.ts';
import { ropePart } from '../rope.ts';
import { stepRowsPart, stepStatePart } from '../step-layout.ts';

/** The include with the layout of scores and memory, and of the marks among the scores. */
export const slotScoresPart: WgslPart = { name: 'lib/selection/slot-scores', text: layout };

/** How keys are scored: as they are stored, or as if all lay equally far from the row. */
export type KeyTurn = 'none' | 'even';

const turnParts = (turn: KeyTurn): readonly WgslPart[] =>
  turn === 'none'
    ? [{ name: 'lib/selection/turn.none', text: turnNone }]
    : [ropePart, { name: 'lib/selection/turn.even', text: turnEven }];

interface SlotScoresVariant {
  readonly kv: KvType;
  readonly turn: KeyTurn;
  /** `setting_sinks`, `setting_recent` and `setting_theta`. */
  readonly accessors: WgslPart;
}

/**
 * Scores of all slots for rows that select, `pages` pages of them; see the WGSL. `vectors` is read only with the turn
 * `even`, `memory` only with KEEPS: bind anything readable otherwise.
 */
export const slotScores = defineKernel({
  name: 'selection/slot-scores',
  source,
  params: { scale: 'f32', layer: 'u32', kind: 'u32', rows: 'u32', capacity: 'u32', pages: 'u32', turns_at: 'u32' },
  bindings: { state: 'read', query: 'read', cache: 'read', vectors: 'read', memory: 'read', scores: 'read_write' },
  constants: {
    Q_HEADS: 'u32',
    KV_HEADS: 'u32',
    GROUP: 'u32',
    HEAD_DIM: 'u32',
    ROPE_PAIRS: 'u32',
    WINDOW: 'u32',
    MASKED: 'bool',
    BIDIRECTIONAL: 'bool',
    SOFT_CAP: 'f32',
    ALL: 'bool',
    KEEPS: 'bool',
  },
  includes: ({ kv, turn, accessors }: SlotScoresVariant) => [
    constantsPart,
    stepStatePart,
    accessors,
    stepRowsPart,
    ...cacheParts(kv),
    ...visibleParts(),
    softCapPart,
    ...turnParts(turn),
    slotScoresPart,
  ],
  grid: ({ pages, rows }, { KV_HEADS }) => [pages, Number(KV_HEADS), rows],
});

/** f32 elements of the scratch: scores, (max, sum) of every page, and a mark for each row. */
export const slotScoresElements = (rows: number, qHeads: number, capacity: number): number =>
  rows * qHeads * (capacity + 2 * ceilDiv(capacity, PAGE_SLOTS)) + rows;

/** u32 words that are kept of a sequence's last choice. */
export const memoryWords = (qHeads: number, headDim: number, capacity: number): number =>
  3 + qHeads * headDim + 1 + capacity;
