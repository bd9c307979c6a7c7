import gumbel from '../../../shaders/lib/gumbel.wgsl?raw';
import philox from '../../../shaders/lib/philox.wgsl?raw';
import rowReduce from '../../../shaders/lib/row-reduce.wgsl?raw';
import source from '../../../shaders/sampling/sample.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { constantsPart } from '../constants.ts';
import { stepStatePart } from '../step-layout.ts';
import { outputsPart } from './outputs.ts';
import { penaltiesPart } from './penalties-part.ts';

/**
 * The next token of every logit row: greedy, or an exact draw after temperature, top-k, top-p and min-p.
 * A row whose logits are not all numbers gets NO_TOKEN.
 * `rows` is the bucket of logit rows; logits [rows, vocab] are penalised, block_max [rows, ceil(vocab / 64)] their maxima.
 */
export const sample = defineKernel({
  name: 'sampling/sample',
  source,
  params: { rows: 'u32' },
  bindings: { state: 'read', logits: 'read', block_max: 'read', counts: 'read_write', outputs: 'read_write' },
  constants: { VOCAB: 'u32', RING: 'u32' },
  includes: () => [
    constantsPart,
    stepStatePart,
    outputsPart,
    penaltiesPart,
    { name: 'lib/philox', text: philox },
    { name: 'lib/gumbel', text: gumbel },
    { name: 'lib/row-reduce', text: rowReduce },
  ],
  grid: ({ rows }) => [rows],
});
