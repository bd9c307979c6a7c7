import type { MethodSpec } from '../core/method-spec.ts';
import type { GpuArray } from '../gpu/array.ts';
import type { PlanRecorder } from '../gpu/plan.ts';

/** What a proposer's kernels work on in any step. */
export interface ProposerContext {
  readonly vocab: number;
  /** Sequences of the step state, and the most tokens of one. */
  readonly sequences: number;
  readonly slots: number;
  /** The step state (lib/step-state). */
  readonly state: GpuArray;
  /** A buffer of so many words that is kept as long as the engine's device; zeroed, or with this content when it is made. */
  readonly kept: (label: string, words: number, content?: () => Uint32Array<ArrayBuffer>) => GpuArray;
}

/** The same in a step that is drafted for. */
export interface DraftContext extends ProposerContext {
  /** Trees of the step: one for each sequence. */
  readonly trees: number;
  /** Nodes of a tree, its root among them: rows of each sequence. */
  readonly nodes: number;
  /** The trees (lib/draft-tree). */
  readonly drafts: GpuArray;
}

/** The same in a step that is not drafted for: rows of prompts, or single tokens. */
export interface RowsContext extends ProposerContext {
  /** Rows of the step, rounded up. */
  readonly rows: number;
}

/** What a proposer may learn from, behind the verification of a step. */
export interface LearnContext extends DraftContext {
  /** f32 [trees * nodes, vocab], and the largest of every 64: logits behind every node. */
  readonly logits: GpuArray;
  readonly blockMax: GpuArray;
}

/**
 * Drafts what may come next, for the model to verify several tokens at once. It decides how fast an answer comes, never which:
 * whatever it drafts, the answer is that of plain decoding. As plain data it is its name and parameters.
 */
export interface Proposer extends MethodSpec {
  /** Nodes of its trees, the root among them. */
  readonly nodes: number;
  /**
   * Proposers of rising numbers of nodes, between which, and plain decoding, the engine chooses by the time they take; they
   * learn alike. Undefined: it drafts in every step.
   */
  readonly levels?: readonly Proposer[];
  /** Appends what fills the trees of a step, before the network: each begins with `begin_tree` (lib/draft-root). */
  encode(recorder: PlanRecorder, context: DraftContext): void;
  /** Appends what it learns behind the verification, while the step's rows still stand. */
  encodeLearning?(recorder: PlanRecorder, context: LearnContext): void;
  /** Appends what it learns of the rows of a step that is not drafted for. */
  encodeRows?(recorder: PlanRecorder, context: RowsContext): void;
}
