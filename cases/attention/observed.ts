import { keyformer } from '../../src/cache/policies/keyformer.ts';
import { setOwnWords } from '../support/own-words.ts';
import { toUnit } from '../../src/core/rng.ts';
import { threefry4x32 } from '../reference/threefry.ts';
import { PAGE_SLOTS, pageWords } from '../../src/kernels/cache-layout.ts';
import {
  METHOD_WORDS,
  MethodWord,
  Observe,
  Row,
  ROW_DECODE,
  rowAt,
  SEQUENCE_WORDS,
  SequenceWord,
  spanAt,
  SpanWord,
} from '../../src/kernels/step-layout.ts';
import { attends, look, UNTOUCHED, type Lists, type Scene, type Seen } from './scene.ts';

/** What the policy of a sequence of a scene observes; fields left out are 0, and `until` is no bound. */
export interface Watch {
  readonly policy?: number;
  readonly observe?: keyof typeof Observe;
  readonly decay?: number;
  /** Positions relative to the sequence's first row; without `from` all rows count. */
  readonly from?: number;
  readonly until?: number;
  readonly promptEnd?: number;
  readonly tau?: readonly [first: number, step: number];
  /** Whether the rows came after the prompt. */
  readonly decoding?: boolean;
  readonly seed?: number;
}

/** A scene whose sequences have policies, and the mass before the step: slots not in use hold something. */
export interface WatchedScene extends Scene {
  readonly watches: readonly Watch[];
  readonly mass: Float32Array<ArrayBuffer>;
}

const float = new Float32Array(1);
const floatWord = (value: number): number => {
  float[0] = value;
  return new Uint32Array(float.buffer)[0]!;
};

/** Where the mass of a slot lies. */
export function massIndex({ state, layout, layer, kvHeads }: Scene, sequence: number, head: number, slot: number) {
  const table = layout.pagesAt + (sequence * layout.layers + layer) * layout.maxPages;
  const page = state[table + Math.floor(slot / PAGE_SLOTS)]!;
  return (page * kvHeads + head) * PAGE_SLOTS + (slot % PAGE_SLOTS);
}

/** Position of the sequence's first row in the step; undefined where it has none. */
const firstPosition = (scene: Scene, sequence: number): number =>
  scene.rows.find((row) => row.sequence === sequence)?.position ?? 0;

const rangeOf = (scene: Scene, sequence: number, { from, until }: Watch): readonly [number, number] => {
  const first = firstPosition(scene, sequence);
  return [from === undefined ? 0 : first + from, until === undefined ? 0xffffffff : first + until];
};

/** Gives the scene's sequences their policies, in its state, and every slot in use some mass. */
export function watch(scene: Scene, watches: readonly Watch[], random: () => number): WatchedScene {
  const { state, layout, rowList, kv, kvHeads, headDim } = scene;
  watches.forEach((one, i) => {
    const sequence = i + 1;
    const rows = scene.rows.flatMap((row, index) => (row.sequence === sequence ? [index] : []));
    const span = spanAt(layout, sequence, rowList);
    state[span + SpanWord.rows] = rows.length;
    state[span + SpanWord.firstRow] = rows[0] ?? 0;
    state[layout.sequencesAt + sequence * SEQUENCE_WORDS + SequenceWord.seed] = one.seed ?? 0;
    if (one.decoding) for (const row of rows) state[rowAt(layout, row, rowList) + Row.flags]! |= ROW_DECODE;
    const [from, until] = rangeOf(scene, sequence, one);
    const words: Partial<Record<keyof typeof MethodWord, number>> = {
      policy: one.policy ?? 0,
      observe: Observe[one.observe ?? 'nothing'],
      decay: floatWord(one.decay ?? 0),
      observeFrom: from,
      observeUntil: until,
      promptEnd: firstPosition(scene, sequence) + (one.promptEnd ?? 0),
    };
    for (const [name, word] of Object.entries(words))
      state[layout.methodsAt + sequence * METHOD_WORDS + MethodWord[name as keyof typeof MethodWord]] = word;
    // One token more: tau rises to its last value in one step.
    if (one.tau) {
      const [tauFirst, step] = one.tau;
      setOwnWords(state, layout, sequence, keyformer({ tauFirst, tauLast: tauFirst + step }));
    }
  });
  const pages = scene.cache.length / pageWords(kv, kvHeads, headDim);
  const mass = new Float32Array(pages * kvHeads * PAGE_SLOTS).fill(UNTOUCHED);
  scene.slots.forEach((heads, i) =>
    heads.forEach((slots, head) => {
      const rows = scene.rows.filter((row) => row.sequence === i + 1).length;
      for (let slot = 0; slot < slots.length - rows; slot++) mass[massIndex(scene, i + 1, head, slot)] = 3 * random();
    }),
  );
  return { ...scene, watches, mass };
}

/** The noise of the policy that has one. */
export const gumbelNoise = keyformer().observes!.noise!;

/** Whether a row is observed. */
export function isObserved(scene: WatchedScene, row: number): boolean {
  const { sequence, position, valid } = scene.rows[row] ?? { valid: false, sequence: 0, position: 0 };
  const one = scene.watches[sequence - 1];
  if (!valid || !one || (one.observe ?? 'nothing') === 'nothing') return false;
  const [from, until] = rangeOf(scene, sequence, one);
  return position >= from && position < until;
}

/** A visible slot with its logit as mass sees it: (score + noise) / tau where the sequence wants noise. */
export interface Weighed extends Seen {
  readonly place: number;
}

/** What a row and query head see. */
export function seenOf(scene: WatchedScene, row: number, head: number): Weighed[] {
  const { sequence } = scene.rows[row]!;
  const slots = scene.slots[sequence - 1]![Math.floor(head / scene.group)]!;
  return look(scene, row, head).map((seen) => ({ ...seen, place: slots[seen.slot]!.position }));
}

/** The scores that mass is made from, in natural units: with noise where the sequence wants it. */
export function weighedOf(scene: WatchedScene, row: number, head: number): Weighed[] {
  const { group, layer } = scene;
  const { sequence, position } = scene.rows[row]!;
  const { observe, promptEnd = 0, tau: [first, step] = [1, 0], seed = 0 } = scene.watches[sequence - 1]!;
  const seen = seenOf(scene, row, head);
  if (observe !== 'noisyMass') return seen;
  const tau = first + step * Math.max(0, position - (firstPosition(scene, sequence) + promptEnd) + 1);
  const inGroup = head % group;
  const words = (layer << 16) | (Math.floor(head / group) << 8) | Math.floor(inGroup / 4);
  return seen.map((slot) => {
    const unit = toUnit(threefry4x32([slot.slot, position, 16, words], [seed, 0, 0, 0])[inGroup % 4]!);
    return { ...slot, score: (slot.score - Math.log(-Math.log(unit))) / tau };
  });
}

/** The natural log of the sum of exp(scores). */
export function logSum(seen: readonly { readonly score: number }[]): number {
  const high = Math.max(...seen.map(({ score }) => score));
  return high + Math.log(seen.reduce((sum, { score }) => sum + Math.exp(score - high), 0));
}

/**
 * The mass after the step, from its definition: slots that rows of the step brought begin at 0; then, row by row, the mass
 * of visible slots is multiplied and added to. A step of single rows leaves what rows that are not valid brought alone. With
 * lists only rows whose kind of selection is `kind` count, and only what is listed is added to.
 */
export function massOf(
  scene: WatchedScene,
  step: 'single rows' | 'several rows',
  { kind = 0, lists }: { readonly kind?: number; readonly lists?: Lists } = {},
): Float64Array {
  const { kvHeads, group } = scene;
  const mass = Float64Array.from(scene.mass);
  scene.rows.forEach(({ sequence, lengths, ordinal, valid }, row) => {
    const { policy = 0, observe = 'nothing' } = scene.watches[sequence - 1]!;
    if ((policy === 0 && observe === 'nothing') || (!valid && step === 'single rows')) return;
    if (lists && !attends(scene, row, kind)) return;
    for (let head = 0; head < kvHeads; head++) mass[massIndex(scene, sequence, head, lengths[head]! + ordinal)] = 0;
  });
  scene.watches.forEach((one, i) => {
    // A window of rows that begins in a step forgets what earlier ones saw.
    const [from] = rangeOf(scene, i + 1, one);
    const rows = scene.rows.filter(({ sequence }) => sequence === i + 1);
    if (step === 'single rows' || from === 0 || !rows.some(({ position }) => position === from)) return;
    for (let head = 0; head < kvHeads; head++)
      for (let slot = 0; slot < rows[0]!.lengths[head]!; slot++) mass[massIndex(scene, i + 1, head, slot)] = 0;
  });
  scene.rows.forEach(({ sequence }, row) => {
    if (!isObserved(scene, row) || (lists && !attends(scene, row, kind))) return;
    const one = scene.watches[sequence - 1]!;
    const decay = one.decoding ? (one.decay ?? 0) : 1;
    for (let head = 0; head < kvHeads; head++) {
      const seen = seenOf(scene, row, head * group);
      for (const { slot } of seen) mass[massIndex(scene, sequence, head, slot)]! *= decay;
      for (let g = 0; g < group; g++) {
        const weighed = weighedOf(scene, row, head * group + g).filter(
          ({ slot }) => lists === undefined || lists[row]![head]!.includes(slot),
        );
        const total = logSum(weighed);
        for (const { slot, score } of weighed) mass[massIndex(scene, sequence, head, slot)]! += Math.exp(score - total);
      }
    }
  });
  return mass;
}
