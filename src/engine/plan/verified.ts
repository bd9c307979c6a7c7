import { distinctName } from '../../core/distinct-name.ts';
import { formatSpec } from '../../core/method-spec.ts';
import type { DraftSourceName } from '../../core/api.ts';
import type { DraftContext, Proposer, ProposerContext } from '../../decoding/proposer.ts';
import { DraftSource, MAX_TREE_NODES, TREE_WORDS } from '../../kernels/decoding/draft-tree.ts';
import { keepPath } from '../../kernels/decoding/keep-path.ts';
import { plant } from '../../kernels/decoding/plant.ts';
import { verify } from '../../kernels/decoding/verify.ts';
import { LOG_PROB_WORDS } from '../../kernels/sampling/log-probs.ts';
import { OUTPUT_WORDS } from '../../kernels/sampling/outputs.ts';
import {
  encodeLogProbs,
  isFaulty,
  readLogprobs,
  sampled,
  tokensOf,
  type Drawn,
  type DrawnDrafts,
  type StepEnd,
  type StepEndContext,
} from './step-ends.ts';

const ends = { plain: new WeakMap<Proposer, StepEnd<Drawn>>(), told: new WeakMap<Proposer, StepEnd<Drawn>>() };

/** What tells a proposer from others, also from those that call themselves the same. */
export const proposerName = (proposer: Proposer): string => distinctName('proposer', formatSpec(proposer), proposer);

/**
 * Grows the rows of a step into draft trees, and gives each sequence the tokens along the path that the model would have taken:
 * what follows each node is drawn as plain decoding draws it there, greedily or with the noise of its position.
 * @param told whether log-probabilities are told too
 */
export function verified(proposer: Proposer, told = false): StepEnd<Drawn> {
  const kind = ends[told ? 'told' : 'plain'];
  const known = kind.get(proposer);
  if (known) return known;
  const { nodes } = proposer;
  const end: StepEnd<Drawn> = {
    name: `verify ${proposerName(proposer)}${told ? ' with log-probabilities' : ''}`,
    draws: true,
    nodes,
    begin(recorder, context) {
      const { trees, state } = context;
      const draft = draftContext(context, nodes);
      proposer.encode(recorder, draft);
      recorder.add(
        'draft.plant',
        plant.call({
          params: { trees, nodes },
          constants: {},
          variant: undefined,
          bindings: { state, trees: draft.drafts },
        }),
      );
    },
    encode(recorder, context) {
      sampled.encode(recorder, context);
      // Of every node: which of them are on the path, is known afterwards.
      if (told) encodeLogProbs(recorder, context);
      const { trees, state, layers, logits, blockMax, rings } = context;
      const draft = draftContext(context, nodes);
      recorder.add(
        'verify',
        verify.call({
          params: { trees, nodes },
          constants: { RING: rings.steps },
          variant: undefined,
          bindings: { state, trees: draft.drafts, outputs: rings.outputs.array },
        }),
      );
      for (const { layer, kvHeads, headDim, kv, cache } of layers)
        recorder.inLayer(layer, () =>
          recorder.add(
            'keep-path',
            keepPath.call({
              params: { layer, trees },
              constants: { KV_HEADS: kvHeads, HEAD_DIM: headDim },
              variant: { kv },
              bindings: { state, trees: draft.drafts, cache },
            }),
          ),
        );
      proposer.encodeLearning?.(recorder, { ...draft, logits, blockMax });
    },
    words: told ? ['outputs', 'logProbs'] : ['outputs'],
    read({ outputs, logProbs }, row) {
      const tokens = tokensOf(outputs!, row);
      const faulty = isFaulty(outputs!, row);
      if (tokens.length === 0) return { tokens, faulty };
      const { path, ...drafts } = draftsOf(outputs!, row, nodes, tokens.length);
      return {
        tokens,
        faulty,
        drafts,
        ...(told && {
          logprobs: (alternatives: number) =>
            path.map((node) => readLogprobs(logProbs!, (row + node) * LOG_PROB_WORDS, alternatives)),
        }),
      };
    },
  };
  kind.set(proposer, end);
  return end;
}

/** What decoding/verify told of the drafts of the sequence whose first logit row is `row`, besides its tokens. */
function draftsOf(
  outputs: Uint32Array<ArrayBuffer>,
  row: number,
  nodes: number,
  given: number,
): DrawnDrafts & { readonly path: readonly number[] } {
  const at = row * OUTPUT_WORDS + 1 + nodes;
  const bytes = Array.from({ length: given }, (_, i) => (outputs[at + (i >> 2)]! >>> (8 * (i & 3))) & 0xff);
  const [count, ...path] = bytes;
  return {
    count: count!,
    path: [0, ...path.map((byte) => byte & 0x3f)],
    sources: [...path.map((byte) => SOURCES.get(byte >> 6)), undefined],
  };
}

const SOURCES = new Map<number, DraftSourceName>(
  Object.entries(DraftSource).map(([name, number]) => [number, name as DraftSourceName]),
);

const learningEnds = new WeakMap<Proposer, Map<StepEnd<Drawn | undefined>, StepEnd<Drawn | undefined>>>();

/** The end of a step that is not drafted for, from which a proposer learns all the same. */
export function learning<Given extends Drawn | undefined>(proposer: Proposer, end: StepEnd<Given>): StepEnd<Given>;
export function learning(proposer: Proposer, end: StepEnd<Drawn | undefined>): StepEnd<Drawn | undefined> {
  if (!proposer.encodeRows) return end;
  const known = learningEnds.get(proposer) ?? new Map<StepEnd<Drawn | undefined>, StepEnd<Drawn | undefined>>();
  learningEnds.set(proposer, known);
  const made: StepEnd<Drawn | undefined> = known.get(end) ?? {
    ...end,
    name: `${end.name}, ${proposerName(proposer)} learns`,
    encode(recorder, context) {
      end.encode(recorder, context);
      proposer.encodeRows!(recorder, { ...proposerContext(context), rows: context.stepRows });
    },
  };
  known.set(end, made);
  return made;
}

const proposerContext = ({ vocab, sequences, slots, state, kept }: StepEndContext): ProposerContext => ({
  vocab,
  sequences,
  slots,
  state,
  kept,
});

const draftContext = (context: StepEndContext, nodes: number): DraftContext => ({
  ...proposerContext(context),
  trees: context.trees,
  nodes,
  drafts: context.kept('draft trees', (MAX_TREE_NODES / 2) * TREE_WORDS),
});
