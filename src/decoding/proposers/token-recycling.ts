import { word } from '../../core/settings.ts';
import { recycle } from '../../kernels/decoding/recycle.ts';
import { defineProposer } from '../define-proposer.ts';
import { encodeGrowing, encodeMatrixLearning, encodePromptLearning, successorMatrix } from '../matrix.ts';
import type { Proposer } from '../proposer.ts';
import { NODES } from '../settings.ts';
import { staticTree } from '../static-tree.ts';

/**
 * Drafts each token's successors as they were when it was last seen; whatever the model computes teaches it, accepted or not
 * (Token Recycling: Luo et al. 2024, arXiv 2408.08696). The tree grows where the successors were likeliest (DySpec: Xiong et
 * al. 2024, arXiv 2410.11744), or is of a fixed shape as in the paper.
 */
export const tokenRecycling = defineProposer({
  name: 'token-recycling',
  listed: 10,
  description: 'Drafts the likeliest successors that each token had when it was last seen, as a tree.',
  paper: {
    title: 'Turning Trash into Treasure: Accelerating Inference of Large Language Models with Token Recycling',
    url: 'https://arxiv.org/abs/2408.08696',
  },
  status:
    'differs: the tree grows by probabilities (paper: tree=fixed); prompts are learnt from; where nodes share a token, the accepted one is learnt',
  settings: {
    nodes: NODES,
    tree: word('grown', ['grown', 'fixed'], 'where the tree has its nodes: by probabilities, or always alike'),
  },
  traits: ({ nodes, tree }) => ({
    nodes,
    encode: tree === 'grown' ? (recorder, context) => encodeGrowing(recorder, context) : encodeFixed,
    encodeLearning: encodeMatrixLearning,
    encodeRows: encodePromptLearning,
  }),
  laws: [],
});

const encodeFixed: Proposer['encode'] = (recorder, context) => {
  const { trees, nodes, state, drafts, kept } = context;
  const { parents, ranks, depth } = staticTree(nodes);
  const shape = kept(`tree of ${nodes} nodes`, 2 * nodes, () =>
    Uint32Array.from(parents.flatMap((parent, node) => [node === 0 ? 0 : parent, ranks[node]!])),
  );
  recorder.add(
    'draft',
    recycle.call({
      params: { trees, nodes, depth },
      constants: {},
      variant: undefined,
      bindings: { state, matrix: successorMatrix(context), shape, trees: drafts },
    }),
  );
};
