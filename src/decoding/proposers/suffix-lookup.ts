import { u32 } from '../../core/settings.ts';
import { MAX_BRANCHES } from '../../kernels/decoding/look-up.ts';
import { defineProposer } from '../define-proposer.ts';
import { encodeLookUp, encodePathNotes, encodeRowNotes } from '../history.ts';
import { NODES } from '../settings.ts';

/**
 * Drafts what followed several places of the text that agree with its end, as chains that begin with different tokens (after
 * SAM Decoding: Hu et al. 2024, arXiv 2411.10666).
 */
export const suffixLookup = defineProposer({
  name: 'suffix-lookup',
  listed: 30,
  description: 'Drafts what followed several places of the text that agree with its end.',
  paper: {
    title: 'SAM Decoding: Speculative Decoding via Suffix Automaton',
    url: 'https://arxiv.org/abs/2411.10666',
  },
  status:
    'differs: all places are compared on the GPU, without an automaton; several chains (paper: one, of the longest suffix)',
  settings: {
    nodes: NODES,
    least: u32(1, { min: 1, max: 16, says: 'tokens that must agree' }),
    branches: u32(3, { min: 1, max: MAX_BRANCHES, says: 'chains that begin with different tokens' }),
  },
  traits: ({ nodes, least, branches }) => ({
    nodes,
    encode: (recorder, context) => encodeLookUp(recorder, context, { least, branches }),
    encodeLearning: encodePathNotes,
    encodeRows: encodeRowNotes,
  }),
  laws: [],
});
