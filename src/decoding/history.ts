import type { GpuArray } from '../gpu/array.ts';
import type { PlanRecorder } from '../gpu/plan.ts';
import { lookUp } from '../kernels/decoding/look-up.ts';
import { notePath } from '../kernels/decoding/note-path.ts';
import { noteRows } from '../kernels/decoding/note-rows.ts';
import type { DraftContext, LearnContext, ProposerContext, RowsContext } from './proposer.ts';

/** The tokens of every sequence by position, as far as they were computed: u32 [sequences, slots]. */
const tokenHistory = ({ sequences, slots, kept }: ProposerContext): GpuArray =>
  kept('tokens of sequences', sequences * slots);

/** How places in a sequence's own text are looked up. */
export interface LookUp {
  /** Tokens that must agree. */
  readonly least: number;
  /** Chains that go on differently. */
  readonly branches: number;
  /** Nodes of the tree, its root among them; default: all. */
  readonly nodes?: number;
}

/** Tokens that are compared: a longer agreement says no more. */
const MOST_COMPARED = 16;

/** Appends what drafts the continuations of places that agree with the end of the text. */
export function encodeLookUp(recorder: PlanRecorder, context: DraftContext, { least, branches, nodes }: LookUp): void {
  const { trees, slots, state, drafts } = context;
  recorder.add(
    'draft.lookup',
    lookUp.call({
      params: { trees, nodes: nodes ?? context.nodes, slots, least, most: MOST_COMPARED, branches },
      constants: {},
      variant: undefined,
      bindings: { state, history: tokenHistory(context), trees: drafts },
    }),
  );
}

/** Appends what notes the tokens that a step with drafts was given. */
export function encodePathNotes(recorder: PlanRecorder, context: LearnContext): void {
  const { trees, slots, drafts } = context;
  recorder.add(
    'note.path',
    notePath.call({
      params: { trees, slots },
      constants: {},
      variant: undefined,
      bindings: { trees: drafts, history: tokenHistory(context) },
    }),
  );
}

/** Appends what notes the tokens of other rows. */
export function encodeRowNotes(recorder: PlanRecorder, context: RowsContext): void {
  const { rows, slots, state } = context;
  recorder.add(
    'note.rows',
    noteRows.call({
      params: { rows, slots },
      constants: {},
      variant: undefined,
      bindings: { state, history: tokenHistory(context) },
    }),
  );
}
