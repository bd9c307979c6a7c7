import { u32 } from '../../core/settings.ts';
import { defineProposer } from '../define-proposer.ts';
import { encodeLookUp, encodePathNotes, encodeRowNotes } from '../history.ts';
import { NODES } from '../settings.ts';

/**
 * Drafts what followed the newest place of the text, prompt and answer, whose last tokens are those of its end: one chain
 * (Prompt Lookup Decoding: Saxena 2023, https://github.com/apoorvumang/prompt-lookup-decoding, which has no paper; it takes
 * the first place that agrees in three tokens).
 */
export const promptLookup = defineProposer({
  name: 'prompt-lookup',
  listed: 20,
  description: 'Drafts what followed the place of the text that agrees longest with its end.',
  paper: undefined,
  status: 'differs: the longest agreement of up to 16 tokens, the newest of equals (release: the first of 3 tokens)',
  settings: {
    nodes: NODES,
    least: u32(2, { min: 1, max: 16, says: 'tokens that must agree' }),
  },
  traits: ({ nodes, least }) => ({
    nodes,
    encode: (recorder, context) => encodeLookUp(recorder, context, { least, branches: 1 }),
    encodeLearning: encodePathNotes,
    encodeRows: encodeRowNotes,
  }),
  laws: [],
});
