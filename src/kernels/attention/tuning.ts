import { ceilDiv } from '../../core/invariant.ts';
import type { Gpu } from '../../gpu/device.ts';
import { simdLanes } from '../../gpu/software.ts';
import type { ColumnSumsShape } from './column-sums.ts';
import { decodeBytes, type DecodeShape } from './decode-flash.ts';
import { prefillTileBytes, type PrefillTileShape } from './flash-prefill.ts';
import { scoreConstants } from './observed.ts';
import type { PrefillLanesShape } from './prefill-lanes.ts';

/** What decides which shapes an adapter can run. */
export interface AttentionAdapter extends Pick<Gpu, 'software'> {
  readonly features: Pick<Gpu['features'], 'subgroups' | 'subgroupMinSize' | 'subgroupMaxSize'>;
}

/** The heads of a layer: elements of a head, query heads of each KV head. */
export interface HeadShape {
  readonly headDim: number;
  readonly groupSize: number;
}

/** How the rows of a decoding step attend. */
export interface DecodeTuning extends DecodeShape {
  /** Up to this many slots one workgroup takes a (row, KV head), and nothing is merged. */
  readonly directSlots: number;
  /** Above, the slots that are worth a workgroup of their own. */
  readonly splitSlots: number;
  /** Threads of a workgroup of attention/merge. */
  readonly mergeThreads: number;
}

/** How the rows of a prompt attend: by flash-prefill (`tile`) or by prefill-lanes (`lanes`). */
export type PrefillTuning =
  | ({ readonly core: 'tile' } & PrefillTileShape)
  | ({ readonly core: 'lanes' } & PrefillLanesShape);

/** Workgroup memory that every WebGPU device has. */
const WORKGROUP_BYTES = 16_384;

/** The most query heads that share a workgroup of decode-flash; software adapters take seconds to compile for more than four. */
const MOST_HEADS = 8;
const MOST_HEADS_SOFTWARE = 4;

/** Threads of attention/merge on GPUs. */
const MERGE_THREADS = 64;

/** Quads of queries, and as many of sums, that a thread of decode-flash holds in registers. */
const HELD_QUADS = 8;

/**
 * Shapes of decode-flash that may be fastest for these heads, the one to use unmeasured first. Any two may differ in their
 * order of additions. Software adapters were measured once: a workgroup is one SIMD vector, and a merge costs as much as
 * 200 slots.
 */
export function decodeCandidates(adapter: AttentionAdapter, heads: HeadShape): readonly DecodeTuning[] {
  const { subgroups, subgroupMinSize } = adapter.features;
  if (adapter.software) {
    const width = simdLanes(adapter.features);
    const lanes = width === 0 ? 8 : width;
    return fitting(heads, [
      {
        threads: lanes,
        lanes,
        exchange: width === 0 ? 'workgroup' : 'subgroup',
        heads: headsOf(heads, MOST_HEADS_SOFTWARE),
        directSlots: 512,
        splitSlots: 512,
        mergeThreads: lanes,
      },
    ]);
  }
  const lanes = lanesOf(heads);
  const shape = (
    exchange: DecodeShape['exchange'],
    threads: number,
    share = lanes,
    splitSlots = 128,
  ): DecodeTuning => ({
    threads,
    lanes: share,
    exchange,
    heads: headsOf(heads, MOST_HEADS),
    directSlots: 256,
    splitSlots,
    mergeThreads: MERGE_THREADS,
  });
  const wider = Math.min(32, 2 * lanes);
  const shared = [shape('workgroup', 64), shape('workgroup', 128), shape('workgroup', 32), shape('workgroup', 16)];
  const shuffled = [
    shape('subgroup', 128),
    shape('subgroup', 64),
    shape('subgroup', 256, lanes, 256),
    shape('subgroup', 64, lanes, 64),
    shape('subgroup', 128, wider),
  ].filter((candidate) => candidate.lanes <= subgroupMinSize);
  const fit = fitting(heads, shared);
  return [...(subgroups ? fitting(heads, shuffled) : []), ...(subgroups ? fit.slice(0, 2) : fit)];
}

/**
 * Shapes of the prefill kernels that may be fastest for these heads, the one to use unmeasured first. On GPUs wide heads
 * take half the lines, since their sums would not fit in registers. On software adapters more lines a thread are a third
 * faster, but take three times as long to compile.
 */
export function prefillCandidates(adapter: AttentionAdapter, { headDim }: HeadShape): readonly PrefillTuning[] {
  const wide = headDim > 128;
  if (adapter.software) {
    const lanes = simdLanes(adapter.features);
    if (lanes === 0 || wide) return [plainPrefill(headDim)];
    return [
      { core: 'lanes', lanes, lines: 1 },
      { core: 'lanes', lanes, lines: 2 },
    ];
  }
  const tile = (lines: number, teams: number, lanes: number, stage: number): PrefillTuning => ({
    core: 'tile',
    lines: wide ? lines / 2 : lines,
    teams,
    lanes,
    stage,
  });
  const shapes = [tile(8, 4, 16, 4), tile(8, 8, 8, 4), tile(4, 8, 16, 4), tile(8, 4, 16, 8), tile(8, 4, 16, 0)];
  return shapes.filter((shape) => shape.core === 'lanes' || prefillTileBytes(shape) <= WORKGROUP_BYTES);
}

/** How column sums are cut. Without subgroups compilers of software adapters take a minute over keys in registers. */
export function columnSumsOf(adapter: AttentionAdapter | undefined, { headDim }: HeadShape): ColumnSumsShape {
  if (!adapter?.software) return { core: 'slots', parts: 4, held: 32 };
  const lanes = simdLanes(adapter.features);
  return lanes === 0 || headDim > 128 ? { core: 'slots', parts: 1, held: 0 } : { core: 'lanes', lanes };
}

/** Shapes that need no subgroups and stage nothing: what is left when others compute wrongly. */
export const plainDecode = (heads: HeadShape): DecodeTuning =>
  fitting(
    heads,
    [32, 16, 8].map((threads) => ({
      threads,
      lanes: 8,
      exchange: 'workgroup',
      heads: headsOf(heads, MOST_HEADS_SOFTWARE),
      directSlots: 256,
      splitSlots: 256,
      mergeThreads: MERGE_THREADS,
    })),
  )[0]!;

export const plainPrefill = (headDim: number): PrefillTuning => ({
  core: 'tile',
  lines: headDim > 128 ? 2 : 4,
  teams: 1,
  lanes: 8,
  stage: 0,
});

/** `workgroup 64/8 h4`, `subgroup 8/8 h3`: exchange, threads, lanes of a slot, heads of a workgroup; for reports. */
export const describeDecode = ({ exchange, threads, lanes, heads }: DecodeShape): string =>
  `${exchange} ${threads}/${lanes} h${heads}`;

/** `tile 8x4x16 s4`: lines x teams x lanes, quads staged; `lanes 8x1`: lanes x lines; for reports. */
export const describePrefill = (shape: PrefillTuning): string =>
  shape.core === 'tile'
    ? `tile ${shape.lines}x${shape.teams}x${shape.lanes} s${shape.stage}`
    : `lanes ${shape.lanes}x${shape.lines}`;

/** A group cut into equal batches of at most `most` heads. */
const headsOf = ({ groupSize }: Pick<HeadShape, 'groupSize'>, most: number): number =>
  ceilDiv(groupSize, ceilDiv(groupSize, most));

/** f32 elements of the scores that decode-flash notes of a slot for a group, whatever the adapter. */
export const noteElements = (groupSize: number): number =>
  4 *
  Math.max(
    ...[MOST_HEADS, MOST_HEADS_SOFTWARE].map(
      (most) => scoreConstants(groupSize, headsOf({ groupSize }, most)).SCORE_QUADS,
    ),
  );

/** Lanes that share a slot: as few as leave a thread with HELD_QUADS quads of queries. */
function lanesOf(heads: HeadShape): number {
  let lanes = 8;
  while (lanes < 32 && (heads.headDim / 4 / lanes) * headsOf(heads, MOST_HEADS) > HELD_QUADS) lanes *= 2;
  return lanes;
}

const fitting = (heads: HeadShape, shapes: readonly DecodeTuning[]): DecodeTuning[] =>
  shapes.filter((shape) => shape.lanes <= shape.threads && decodeBytes(shape, heads.headDim) <= WORKGROUP_BYTES);
