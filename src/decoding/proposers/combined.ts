import { u32 } from '../../core/settings.ts';
import { defineProposer } from '../define-proposer.ts';
import { encodeLookUp, encodePathNotes, encodeRowNotes } from '../history.ts';
import { encodeGrowing, encodeMatrixLearning, encodePromptLearning } from '../matrix.ts';
import { NODES } from '../settings.ts';

/** What a token of a chain is worth to the one before it: a chain that was found goes on, and side branches grow on it too. */
const CHAIN_TRUST = 0.9;

/**
 * Where the end of the text was there before, the chain that followed it takes half of the nodes; token recycling grows the
 * rest, on the chain too.
 */
export const combined = defineProposer({
  name: 'combined',
  listed: 5,
  description: 'Drafts what followed the end of the text before, and the likeliest successors around it.',
  paper: undefined,
  status: 'faithful',
  settings: {
    nodes: NODES,
    least: u32(3, { min: 1, max: 16, says: 'tokens that must agree for a chain' }),
  },
  traits: ({ nodes, least }) => ({
    nodes,
    encode(recorder, context) {
      encodeLookUp(recorder, context, { least, branches: 1, nodes: 1 + Math.floor(nodes / 2) });
      encodeGrowing(recorder, context, CHAIN_TRUST);
    },
    encodeLearning(recorder, context) {
      encodeMatrixLearning(recorder, context);
      encodePathNotes(recorder, context);
    },
    encodeRows(recorder, context) {
      encodePromptLearning(recorder, context);
      encodeRowNotes(recorder, context);
    },
  }),
  laws: [],
});
