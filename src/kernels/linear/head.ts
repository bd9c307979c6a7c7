import source from '../../../shaders/linear/head.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { constantsPart } from '../constants.ts';
import { penaltiesPart } from '../sampling/penalties-part.ts';
import { stepStatePart } from '../step-layout.ts';
import {
  LINEAR_CONSTANTS,
  LINEAR_PARAMS,
  linearGrid,
  linearParts,
  maximaPart,
  type LinearIncludes,
} from './variant.ts';

/** Penalised logits of the logit rows [columns, vocab] and, with MAXIMA, the largest of every 64 ids. */
export const head = defineKernel({
  name: 'linear/head',
  source,
  params: { ...LINEAR_PARAMS, epsilon: 'f32', first_id: 'u32', gain_at: 'u32' },
  bindings: {
    codes: 'read',
    aux: 'read',
    x: 'read',
    vectors: 'read',
    state: 'read',
    counts: 'read',
    logits: 'read_write',
    block_max: 'read_write',
  },
  constants: { ...LINEAR_CONSTANTS, VOCAB: 'u32', MAXIMA: 'bool' },
  includes: (variant: LinearIncludes) => [
    constantsPart,
    stepStatePart,
    penaltiesPart,
    ...linearParts(variant),
    maximaPart(variant.shape),
  ],
  grid: ({ outputs, columns }, _constants, { shape }) => linearGrid(outputs, columns, shape),
});
