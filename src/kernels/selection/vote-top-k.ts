import memoryKept from '../../../shaders/lib/selection/memory.kept.wgsl?raw';
import memoryNone from '../../../shaders/lib/selection/memory.none.wgsl?raw';
import source from '../../../shaders/selection/vote-top-k.wgsl?raw';
import { defineKernel, type Grid } from '../../gpu/kernel.ts';
import type { ConstantValue, WgslPart } from '../../gpu/wgsl.ts';
import { radixSelectPart } from '../cache/radix-select.ts';
import { constantsPart } from '../constants.ts';
import { stepRowsPart, stepStatePart } from '../step-layout.ts';
import { writeListPart } from './parts.ts';
import { slotScoresPart } from './slot-scores.ts';

/** The most heads of a set: one thread at least adds up the pages of each. */
export const MAX_VOTERS = 256;

const spec = {
  name: 'selection/vote-top-k',
  source,
  params: { layer: 'u32', kind: 'u32', rows: 'u32', capacity: 'u32' },
  bindings: { state: 'read', query: 'read', scores: 'read_write', selected: 'read_write' },
  constants: { Q_HEADS: 'u32', KV_HEADS: 'u32', HEAD_DIM: 'u32', SHARED: 'bool' },
} as const;

/** `setting_k` and `setting_theta`. */
interface VoteVariant {
  readonly accessors: WgslPart;
}

const partsWith = ({ accessors }: VoteVariant, memory: WgslPart): WgslPart[] => [
  constantsPart,
  stepStatePart,
  accessors,
  stepRowsPart,
  slotScoresPart,
  memory,
  radixSelectPart,
  writeListPart,
];

const gridOf = (rows: number, { KV_HEADS, SHARED }: Readonly<Record<'KV_HEADS' | 'SHARED', ConstantValue>>): Grid => [
  SHARED === true ? 1 : Number(KV_HEADS),
  rows,
];

/** Lists the slots with the most votes of a set of heads: all heads with SHARED, else the group of each KV head. */
export const voteTopK = defineKernel({
  ...spec,
  includes: (variant: VoteVariant) => partsWith(variant, { name: 'lib/selection/memory.none', text: memoryNone }),
  grid: ({ rows }, constants) => gridOf(rows, constants),
});

/** The same, and the choice is kept in `memory`, or taken from there. SHARED is true. */
export const voteTopKKept = defineKernel({
  ...spec,
  bindings: { ...spec.bindings, memory: 'read_write' },
  includes: (variant: VoteVariant) => partsWith(variant, { name: 'lib/selection/memory.kept', text: memoryKept }),
  grid: ({ rows }, constants) => gridOf(rows, constants),
});
