import { oracleTopK } from '../../src/attention/selections/oracle-top-k.ts';
import { tokenSelect } from '../../src/attention/selections/token-select.ts';
import type { WgslPart } from '../../src/gpu/wgsl.ts';
import type { OwnWords } from '../support/own-words.ts';
import { PAGE_SLOTS, pageWords } from '../../src/kernels/cache-layout.ts';
import type { Bytes } from '../support/kernel-case.ts';
import { BLOCK, boundsOf } from '../reference/selection.ts';
import { attends, UNTOUCHED, type Lists, type Scene } from '../attention/scene.ts';

/** The kind of selection of the rows that select in these tests, and one that is another's. */
export const KIND = 2;
export const OTHER_KIND = 3;

/** The page of the layer's cache that holds a slot. */
export const pageOf = ({ state, layout, layer }: Scene, sequence: number, slot: number): number =>
  state[layout.pagesAt + (sequence * layout.layers + layer) * layout.maxPages + Math.floor(slot / PAGE_SLOTS)]!;

/** Pages of the layer's cache, whoever they belong to. */
export const pageCount = ({ cache, kvHeads, headDim, kv }: Scene): number =>
  cache.length / pageWords(kv, kvHeads, headDim);

/** Writes the bounds of the block that ends at slot `last`, in the layout of lib/selection/bounds. */
export function putBounds(
  bounds: Float32Array | number[],
  scene: Scene,
  sequence: number,
  head: number,
  last: number,
): void {
  const { kvHeads, headDim, slots } = scene;
  const keys = slots[sequence - 1]![head]!.slice(last + 1 - BLOCK, last + 1).map(({ key }) => key);
  const { low, high } = boundsOf(keys);
  const block = Math.floor(last / BLOCK) % 4;
  for (let i = 0; i < headDim; i++) {
    const quads = ((pageOf(scene, sequence, last) * kvHeads + head) * headDim) / 4 + Math.floor(i / 4);
    const at = (quads * 8 + block) * 4 + (i % 4);
    bounds[at] = low[i]!;
    bounds[at + 16] = high[i]!;
  }
}

/** Bounds of all blocks that were closed before the step; of the others something that is left from before a roll-back. */
export function boundsBefore(scene: Scene): Float32Array<ArrayBuffer> {
  const { kvHeads, headDim, sequences } = scene;
  const bounds = Float32Array.from({ length: pageCount(scene) * kvHeads * 8 * headDim }, (_, i) => (i % 7) * 9 - 27);
  sequences.forEach(({ length }, i) => {
    for (let head = 0; head < kvHeads; head++)
      for (let last = BLOCK - 1; last < (typeof length === 'number' ? length : length[head]!); last += BLOCK)
        putBounds(bounds, scene, i + 1, head, last);
  });
  return bounds;
}

/** Bounds after the step: the blocks that rows of the kind's sequences have closed are written. */
export function boundsAfter(scene: Scene, before: Bytes): number[] {
  const bounds = [...before];
  for (const { sequence, ordinal, valid, select, lengths } of scene.rows)
    lengths.forEach((length, head) => {
      const last = length + ordinal;
      if (valid && select === KIND && last % BLOCK === BLOCK - 1) putBounds(bounds, scene, sequence, head, last);
    });
  return bounds;
}

/** Keys of the slots that a row may read, and the queries of the group. */
export function inputsOfRow(scene: Scene, row: number, head: number): { keys: number[][]; queries: Float32Array[] } {
  const { sequence, ordinal, lengths } = scene.rows[row]!;
  const { kvHeads, group, headDim, query } = scene;
  return {
    keys: scene.slots[sequence - 1]![head]!.slice(0, lengths[head]! + ordinal + 1).map(({ key }) => [...key]),
    queries: Array.from({ length: group }, (_, g) =>
      query.subarray(((row * kvHeads + head) * group + g) * headDim).subarray(0, headDim),
    ),
  };
}

/** What `selected` holds before: rows that do not select must keep it. */
export const untouchedLists = (scene: Scene, capacity: number): Uint32Array<ArrayBuffer> =>
  new Uint32Array(scene.bucket * scene.kvHeads * (capacity + 1)).fill(UNTOUCHED);

/** `selected` with 0 for what lies past each list. */
export function readLists(selected: Bytes, capacity: number): number[] {
  const lists = [...selected];
  for (let at = 0; at < lists.length; at += capacity + 1) lists.fill(0, at + 1 + lists[at]!, at + capacity + 1);
  return lists;
}

/** What `readLists` gives for these lists; rows of other kinds are untouched. */
export function wantLists(scene: Scene, capacity: number, lists: Lists): number[] {
  const want: number[] = [];
  for (let row = 0; row < scene.bucket; row++)
    for (let head = 0; head < scene.kvHeads; head++) {
      const list = attends(scene, row, KIND) ? lists[row]![head]! : Array<number>(UNTOUCHED).fill(UNTOUCHED);
      want.push(list.length, ...list, ...Array<number>(capacity - list.length).fill(0));
    }
  return want;
}

/** The selection by votes whose accessors these are. */
export const voterOf = (
  { name }: WgslPart,
  settings: { readonly k: number; readonly sinks?: number; readonly recent?: number },
): OwnWords => (name === 'settings/oracle-top-k' ? oracleTopK(settings) : tokenSelect(settings));

/** The selection of a scene's sequences. */
export const selectionOf = ({
  sequences,
}: {
  readonly sequences: readonly { readonly selection?: OwnWords }[];
}): OwnWords => sequences.find(({ selection }) => selection)?.selection ?? tokenSelect({ k: 1 });
