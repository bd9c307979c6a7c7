import rowLogSum from '../../../shaders/lib/row-log-sum.wgsl?raw';
import rowReduce from '../../../shaders/lib/row-reduce.wgsl?raw';
import source from '../../../shaders/sampling/log-probs.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { constantsPart } from '../constants.ts';
import { stepStatePart } from '../step-layout.ts';
import { outputsPart } from './outputs.ts';

/** The most alternatives of a token that are told. */
export const MAX_ALTERNATIVES = 20;

/** Words of a logit row: the drawn token's log-probability, one unused, and pairs of (id, log-probability). */
export const LOG_PROB_WORDS = 2 + 2 * MAX_ALTERNATIVES;

/**
 * Log-probabilities of the drawn token and of the `count` likeliest ones, of every logit row [rows, vocab].
 * An id of 0xffffffff means that the vocabulary has no more. ROWS is how many logit rows the ring has room for.
 */
export const logProbs = defineKernel({
  name: 'sampling/log-probs',
  source,
  params: { rows: 'u32', count: 'u32' },
  bindings: { state: 'read', logits: 'read', block_max: 'read', outputs: 'read', log_probs: 'read_write' },
  constants: { VOCAB: 'u32', RING: 'u32', ROWS: 'u32', WORDS: 'u32' },
  includes: () => [
    constantsPart,
    stepStatePart,
    outputsPart,
    { name: 'lib/row-reduce', text: rowReduce },
    { name: 'lib/row-log-sum', text: rowLogSum },
  ],
  grid: ({ rows }) => [rows],
});
