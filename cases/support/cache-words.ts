import {
  headWords,
  PAGE_SLOTS,
  pageWords,
  positionWord,
  scaleWord,
  type KvType,
} from '../../src/kernels/cache-layout.ts';
import {
  METHOD_WORDS,
  MethodWord,
  NO_BUDGET,
  SEQUENCE_WORDS,
  SequenceWord,
  type StepLayout,
} from '../../src/kernels/step-layout.ts';
import { setOwnWords, type OwnWords } from './own-words.ts';
import type { ModelSlot } from '../reference/cache-model.ts';

export interface CacheShape {
  readonly kv: KvType;
  readonly kvHeads: number;
  readonly headDim: number;
}

/** A slot's words: its key, then its value, with q8 the scales of both behind them. */
export type SlotWords = readonly number[];

/** One layer's pages and the words of mass beside them, as kernels see them, one slot at a time. */
export class CacheWords {
  readonly shape: CacheShape;
  readonly words: Uint32Array<ArrayBuffer>;
  readonly mass: Float32Array<ArrayBuffer>;

  constructor(shape: CacheShape, words: Uint32Array<ArrayBuffer>, mass: Float32Array<ArrayBuffer>) {
    this.shape = shape;
    this.words = words;
    this.mass = mass;
  }

  static filled(shape: CacheShape, pages: number, word: number): CacheWords {
    const words = new Uint32Array(pages * pageWords(shape.kv, shape.kvHeads, shape.headDim)).fill(word);
    return new CacheWords(shape, words, new Float32Array(pages * shape.kvHeads * PAGE_SLOTS).fill(-1));
  }

  get headWords(): number {
    return headWords(this.shape.kv, this.shape.headDim);
  }

  /** Words of a slot's content. */
  get slotWords(): number {
    return 2 * this.headWords + (this.shape.kv === 'q8' ? 2 : 0);
  }

  write(page: number, head: number, slot: number, { place, mass, content }: ModelSlot<SlotWords>): void {
    const { key, value, scales, position, side } = this.#at(page, head, slot);
    this.words.set(content.slice(0, this.headWords), key);
    this.words.set(content.slice(this.headWords, 2 * this.headWords), value);
    scales.forEach((at, i) => (this.words[at] = content[2 * this.headWords + i]!));
    this.words[position] = place;
    this.mass[side] = mass;
  }

  read(page: number, head: number, slot: number): ModelSlot<SlotWords> {
    const { key, value, scales, position, side } = this.#at(page, head, slot);
    const section = (at: number): Uint32Array => this.words.subarray(at, at + this.headWords);
    return {
      place: this.words[position]!,
      mass: this.mass[side]!,
      content: [...section(key), ...section(value), ...scales.map((at) => this.words[at]!)],
    };
  }

  #at(
    page: number,
    head: number,
    slot: number,
  ): { key: number; value: number; scales: readonly number[]; position: number; side: number } {
    const { kv, kvHeads, headDim } = this.shape;
    const lines = kvHeads * PAGE_SLOTS;
    const line = head * PAGE_SLOTS + (slot % PAGE_SLOTS);
    const first = page * pageWords(kv, kvHeads, headDim);
    const section = lines * this.headWords;
    const key = first + line * this.headWords;
    return {
      key,
      value: key + section,
      scales: kv === 'q8' ? [0, 1].map((which) => first + scaleWord(kv, kvHeads, headDim) + which * lines + line) : [],
      position: first + positionWord(kv, kvHeads, headDim) + line,
      side: page * lines + line,
    };
  }
}

/** What a test sets of a sequence's methods; what is left out is 0. */
export interface SequenceMethods {
  readonly policy?: number;
  /** Slots that stay in the layer under test; none given = no budget. */
  readonly budget?: number;
  readonly every?: number;
  readonly sinks?: number;
  readonly recent?: number;
  /** The policy whose own numbers it has. */
  readonly own?: OwnWords;
  readonly floor?: number;
  readonly rank?: boolean;
  readonly seed?: number;
}

const FLOAT = new DataView(new ArrayBuffer(4));

/** Writes the methods of a sequence into the step state. */
export function setMethods(
  state: Uint32Array,
  layout: StepLayout,
  sequence: number,
  layer: number,
  {
    policy = 0,
    budget = NO_BUDGET,
    every = 0,
    sinks = 0,
    recent = 0,
    own,
    floor = 0,
    rank = false,
    seed = 0,
  }: SequenceMethods,
): void {
  const at = layout.methodsAt + sequence * METHOD_WORDS;
  FLOAT.setFloat32(0, floor);
  state[at + MethodWord.policy] = policy;
  state[at + MethodWord.every] = every;
  state[at + MethodWord.sinks] = sinks;
  state[at + MethodWord.recent] = recent;
  if (own) setOwnWords(state, layout, sequence, own);
  state[at + MethodWord.floor] = FLOAT.getUint32(0);
  state[at + MethodWord.rank] = rank ? 1 : 0;
  state[layout.sequencesAt + sequence * SEQUENCE_WORDS + SequenceWord.seed] = seed;
  state[layout.budgetsAt + sequence * layout.layers + layer] = budget;
}

/** Index in the step state of a head's length, and of the layer's first page. */
export const lengthAt = (layout: StepLayout, sequence: number, layer: number, head: number): number =>
  layout.lengthsAt + (sequence * layout.layers + layer) * layout.kvStride + head;
export const pageAt = (layout: StepLayout, sequence: number, layer: number, slot: number): number =>
  layout.pagesAt + (sequence * layout.layers + layer) * layout.maxPages + Math.floor(slot / PAGE_SLOTS);
