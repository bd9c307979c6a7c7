import type { GpuArray } from '../gpu/array.ts';
import type { PlanRecorder } from '../gpu/plan.ts';
import { matrixWords, MAX_TREE_NODES, SUCCESSORS } from '../kernels/decoding/draft-tree.ts';
import { grow } from '../kernels/decoding/grow.ts';
import { learn } from '../kernels/decoding/learn.ts';
import { learnPrompt } from '../kernels/decoding/learn-prompt.ts';
import { rowTop } from '../kernels/decoding/row-top.ts';
import type { DraftContext, LearnContext, ProposerContext, RowsContext } from './proposer.ts';

/** The likeliest successors that every token had when it last was an input: u32 [vocab, SUCCESSORS, 2], shared by all conversations. */
export const successorMatrix = ({ vocab, kept }: ProposerContext): GpuArray =>
  kept('successors of tokens', matrixWords(vocab));

/** Probabilities were those of another place: they are flattened, and a level deeper counts less. */
const SHARPNESS = 0.8;
const FADE = 0.9;

/**
 * Appends what fills a tree with the likeliest paths of the matrix.
 * @param trust what a node that is there already is worth to its parent; 0 = the tree has none yet
 */
export function encodeGrowing(recorder: PlanRecorder, context: DraftContext, trust = 0): void {
  const { trees, nodes, state, drafts } = context;
  recorder.add(
    'draft',
    grow.call({
      params: { trees, nodes, sharpness: SHARPNESS, fade: FADE, trust },
      constants: {},
      variant: undefined,
      bindings: { state, matrix: successorMatrix(context), trees: drafts },
    }),
  );
}

/** Appends what the matrix learns of a step's nodes. */
export function encodeMatrixLearning(recorder: PlanRecorder, context: LearnContext): void {
  const { trees, nodes, vocab, state, drafts, logits, blockMax, kept } = context;
  const top = kept('likeliest successors of nodes', MAX_TREE_NODES * SUCCESSORS * 2);
  recorder.add(
    'learn.top',
    rowTop.call({
      params: { rows: trees * nodes },
      constants: { VOCAB: vocab },
      variant: undefined,
      bindings: { state, logits, block_max: blockMax, top },
    }),
  );
  recorder.add(
    'learn',
    learn.call({
      params: { trees, nodes },
      constants: {},
      variant: undefined,
      bindings: { state, trees: drafts, top, matrix: successorMatrix(context) },
    }),
  );
}

/** How likely a successor is taken to be that was seen in a prompt: the model has not been asked. */
const PROMPT_SHARE = 0.5;

/** Appends what the matrix learns of the tokens of prompts. */
export function encodePromptLearning(recorder: PlanRecorder, context: RowsContext): void {
  const { rows, state } = context;
  recorder.add(
    'learn.prompt',
    learnPrompt.call({
      params: { rows, share: PROMPT_SHARE },
      constants: {},
      variant: undefined,
      bindings: { state, matrix: successorMatrix(context) },
    }),
  );
}
