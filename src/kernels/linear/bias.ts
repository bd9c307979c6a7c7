import biasNone from '../../../shaders/lib/linear/bias.none.wgsl?raw';
import biasVector from '../../../shaders/lib/linear/bias.vector.wgsl?raw';
import type { WgslPart } from '../../gpu/wgsl.ts';

/** The include with `biased`: a bias among the vectors at `bias_at`, or none. */
export const biasPart = (biased = false): WgslPart =>
  biased ? { name: 'lib/linear/bias.vector', text: biasVector } : { name: 'lib/linear/bias.none', text: biasNone };
