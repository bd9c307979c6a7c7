import logitsPlain from '../../../shaders/lib/logits.plain.wgsl?raw';
import logitsShaped from '../../../shaders/lib/logits.shaped.wgsl?raw';
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

/** In place of `bias_at`: there is none. */
export const NO_BIAS = 0xffff_ffff;

/** What chooses the includes of the head: `shaped` where its params bias_at, factor and cap count. */
export type HeadIncludes = LinearIncludes & { readonly shaped?: boolean };

/** Penalised logits of the logit rows [columns, vocab] and, with MAXIMA, the largest of every 64 ids. */
export const head = defineKernel({
  name: 'linear/head',
  source,
  params: {
    ...LINEAR_PARAMS,
    epsilon: 'f32',
    first_id: 'u32',
    gain_at: 'u32',
    bias_at: 'u32',
    factor: 'f32',
    cap: 'f32',
  },
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
  includes: ({ shaped, ...variant }: HeadIncludes) => [
    constantsPart,
    stepStatePart,
    penaltiesPart,
    shaped ? { name: 'lib/logits.shaped', text: logitsShaped } : { name: 'lib/logits.plain', text: logitsPlain },
    ...linearParts(variant),
    maximaPart(variant.shape),
  ],
  grid: ({ outputs, columns }, _constants, { shape }) => linearGrid(outputs, columns, shape),
});
