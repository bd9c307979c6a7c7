import source from '../../../shaders/linear/affine.wgsl?raw';
import { defineKernel } from '../../gpu/kernel.ts';
import { activationPart, type Activation } from './activation.ts';
import { biasPart } from './bias.ts';
import { LINEAR_CONSTANTS, LINEAR_PARAMS, linearGrid, linearParts, type LinearIncludes } from './variant.ts';

/** What chooses the includes of affine. */
export interface AffineIncludes extends LinearIncludes {
  readonly activation: Activation;
  /** Whether the vectors have a bias [outputs] at `bias_at`. */
  readonly biased: boolean;
}

/**
 * y = factor act(W x + b), y += that (RESIDUAL) or y *= that (MULTIPLY). x [columns, K], y [columns, outputs]. Where there is
 * neither bias, activation nor factor, linear/project does it.
 */
export const affine = defineKernel({
  name: 'linear/affine',
  source,
  params: { ...LINEAR_PARAMS, bias_at: 'u32', factor: 'f32' },
  bindings: { codes: 'read', aux: 'read', x: 'read', vectors: 'read', y: 'read_write' },
  constants: { ...LINEAR_CONSTANTS, RESIDUAL: 'bool', MULTIPLY: 'bool' },
  includes: ({ activation, biased, ...variant }: AffineIncludes) => [
    activationPart(activation),
    biasPart(biased),
    ...linearParts(variant),
  ],
  grid: ({ outputs, columns }, _constants, { shape }) => linearGrid(outputs, columns, shape),
});
