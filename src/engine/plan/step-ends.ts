import type { DraftSourceName, TokenLogprobs } from '../../core/api.ts';
import { invariant } from '../../core/invariant.ts';
import type { GpuArray } from '../../gpu/array.ts';
import type { PlanRecorder } from '../../gpu/plan.ts';
import type { LayerView } from '../../kernels/layer-view.ts';
import { MATVEC_ROWS } from '../../kernels/linear/tuned-matrix.ts';
import { blockMaxima } from '../../kernels/sampling/block-maxima.ts';
import { LOG_PROB_WORDS, logProbs, MAX_ALTERNATIVES } from '../../kernels/sampling/log-probs.ts';
import { OUTPUT_NO_NUMBER, OUTPUT_OUT_OF_RANGE, OUTPUT_WORDS } from '../../kernels/sampling/outputs.ts';
import { MASKED_LOGIT } from '../../kernels/sampling/penalties-part.ts';
import { sample } from '../../kernels/sampling/sample.ts';
import { scoreRows } from '../../kernels/sampling/score-rows.ts';
import type { OutputRings, RingName, StepWords } from './output-rings.ts';

/** What the kernels around the network of a step work on. */
export interface StepEndContext {
  /** The bucket of logit rows. */
  readonly rows: number;
  readonly vocab: number;
  readonly state: GpuArray;
  /** f32 [rows, vocab], penalised. */
  readonly logits: GpuArray;
  /** f32 [rows, ceil(vocab / 64)]; the head has written them of at most MATVEC_ROWS rows. */
  readonly blockMax: GpuArray;
  /** Token counts and masks; see `lib/penalties`. */
  readonly counts: GpuArray;
  /** What went wrong with keys and values; see `lib/faults`. */
  readonly faults: GpuArray;
  readonly rings: OutputRings;
  /** Sequences of the step state, and the most slots of one. */
  readonly sequences: number;
  readonly slots: number;
  /** The bucket of all rows. */
  readonly stepRows: number;
  /** The layers with attention, and draft trees of the step: one for each of its sequences, 0 where none are drafted. */
  readonly layers: readonly LayerView[];
  readonly trees: number;
  /** Buffers that are kept; see `DraftMemory`. */
  readonly kept: (label: string, words: number, content?: () => Uint32Array<ArrayBuffer>) => GpuArray;
}

/** What a step ends with, behind the logits of its rows. A new end is a value like these. */
export interface StepEnd<Given = unknown> {
  /** Part of the key of its plans. */
  readonly name: string;
  /** Whether tokens are drawn: the GPU then feeds the next step itself. */
  readonly draws: boolean;
  /** Whether the normalised states of all rows are wanted, which the CPU then reads. */
  readonly states?: boolean;
  /** Rows of each sequence, into which `begin` turns the one that the step before has left; undefined: the rows stay as they are. */
  readonly nodes?: number;
  /** Appends what comes before the network. */
  begin?(recorder: PlanRecorder, context: StepEndContext): void;
  /** Appends its dispatches. */
  encode(recorder: PlanRecorder, context: StepEndContext): void;
  /** The rings whose words are read back of each step. */
  readonly words: readonly RingName[];
  /** What the step gave to the sequence whose first logit row is `row`, or that row. */
  read(words: StepWords, row: number): Given;
}

/** What became of a sequence's drafts in a step. */
export interface DrawnDrafts {
  /** Tokens that were drafted. */
  readonly count: number;
  /** Of each token that was given what had drafted it; the last one is the model's own. */
  readonly sources: readonly (DraftSourceName | undefined)[];
}

/** The tokens that a step gave a sequence: none once it is done. */
export interface Drawn {
  readonly tokens: readonly number[];
  /** Numbers went out of range: there is no token, and the sequence has ended. */
  readonly faulty: boolean;
  /** Of each of them, with so many alternatives; undefined where the step tells none. */
  readonly logprobs?: ((alternatives: number) => TokenLogprobs[]) | undefined;
  /** What was drafted, where anything was. */
  readonly drafts?: DrawnDrafts | undefined;
}

/** What a scored row costs, in nats; NaN where numbers went out of range. */
export interface RowScore {
  /** Negative log-likelihood of its target; meaningless without one. */
  readonly nll: number;
  readonly logSumExp: number;
}

/** Draws the next token of every sequence that has a logit row. */
export const sampled: StepEnd<Drawn> = {
  name: 'sample',
  draws: true,
  encode(recorder, { rows, vocab, state, logits, blockMax, counts, rings }) {
    if (rows > MATVEC_ROWS)
      recorder.add(
        'maxima',
        blockMaxima.call({
          params: { rows },
          constants: { VOCAB: vocab },
          variant: undefined,
          bindings: { state, logits, block_max: blockMax },
        }),
      );
    recorder.add(
      'sample',
      sample.call({
        params: { rows },
        constants: { VOCAB: vocab, RING: rings.steps },
        variant: undefined,
        bindings: { state, logits, block_max: blockMax, counts, outputs: rings.outputs.array },
      }),
    );
  },
  words: ['outputs'],
  read: ({ outputs }, row) => ({ tokens: tokensOf(outputs!, row), faulty: isFaulty(outputs!, row) }),
};

/** Appends what tells the log-probabilities of the tokens that were drawn. */
export function encodeLogProbs(
  recorder: PlanRecorder,
  { rows, vocab, state, logits, blockMax, rings }: StepEndContext,
): void {
  recorder.add(
    'logprobs',
    logProbs.call({
      params: { rows, count: MAX_ALTERNATIVES },
      constants: {
        VOCAB: vocab,
        RING: rings.steps,
        ROWS: rings.logProbs.stepWords / LOG_PROB_WORDS,
        WORDS: LOG_PROB_WORDS,
      },
      variant: undefined,
      bindings: {
        state,
        logits,
        block_max: blockMax,
        outputs: rings.outputs.array,
        log_probs: rings.logProbs.array,
      },
    }),
  );
}

/** Draws, and tells the log-probabilities of what was drawn and of the likeliest tokens. */
export const sampledWithLogProbs: StepEnd<Drawn> = {
  name: 'sample with log-probabilities',
  draws: true,
  encode(recorder, context) {
    sampled.encode(recorder, context);
    encodeLogProbs(recorder, context);
  },
  words: ['outputs', 'logProbs'],
  read({ outputs, logProbs: told }, row) {
    const tokens = tokensOf(outputs!, row);
    return {
      tokens,
      faulty: isFaulty(outputs!, row),
      logprobs: (alternatives) => tokens.map((_, i) => readLogprobs(told!, (row + i) * LOG_PROB_WORDS, alternatives)),
    };
  },
};

/** Scores rows against the tokens that follow them. */
export const scored: StepEnd<RowScore> = {
  name: 'score',
  draws: false,
  encode(recorder, { rows, vocab, state, logits, faults, rings }) {
    recorder.add(
      'score',
      scoreRows.call({
        params: { rows },
        constants: { VOCAB: vocab, RING: rings.steps },
        variant: undefined,
        bindings: { state, logits, faults, outputs: rings.outputs.array },
      }),
    );
  },
  words: ['outputs'],
  read({ outputs }, row) {
    const floats = new Float32Array(outputs!.buffer, outputs!.byteOffset, outputs!.length);
    return { nll: floats[row * OUTPUT_WORDS]!, logSumExp: floats[row * OUTPUT_WORDS + 1]! };
  },
};

/** Only fills the cache. */
export const unread: StepEnd<undefined> = {
  name: 'none',
  draws: false,
  encode() {},
  words: [],
  read: () => undefined,
};

/** Leaves the states of all rows where the network says that they are: `NetworkBlocks.states`. */
export const embedded: StepEnd<undefined> = { ...unread, name: 'embed', states: true };

/** Whether the sequence whose first logit row is `row` has ended because of its numbers. */
export const isFaulty = (outputs: Uint32Array<ArrayBuffer>, row: number): boolean =>
  (outputs[row * OUTPUT_WORDS]! & (OUTPUT_NO_NUMBER | OUTPUT_OUT_OF_RANGE)) !== 0;

/** [count, tokens…] of the sequence whose first logit row is `row`. */
export function tokensOf(outputs: Uint32Array<ArrayBuffer>, row: number): number[] {
  if (isFaulty(outputs, row)) return [];
  const at = row * OUTPUT_WORDS;
  const count = outputs[at]!;
  invariant(at + 1 + count <= outputs.length, () => `a sequence was given ${count} tokens`);
  return Array.from(outputs.subarray(at + 1, at + 1 + count));
}

/** What sampling/log-probs wrote of a token from word `at` on, with so many alternatives. */
export function readLogprobs(words: Uint32Array<ArrayBuffer>, at: number, alternatives: number): TokenLogprobs {
  const floats = new Float32Array(words.buffer, words.byteOffset, words.length);
  const top: [number, number][] = [];
  for (let i = 0; i < alternatives; i++) {
    const id = words[at + 2 + 2 * i]!;
    const logprob = floats[at + 3 + 2 * i]!;
    if (id === NO_TOKEN || logprob < LEAST_LOGPROB) break;
    top.push([id, logprob]);
  }
  return { logprob: floats[at]!, top };
}

/** The vocabulary has no more tokens. */
const NO_TOKEN = 0xffffffff;
/** Below it lie only tokens that a mask forbids. */
const LEAST_LOGPROB = MASKED_LOGIT / 2;
