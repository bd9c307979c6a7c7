import geluErf from '../../../shaders/lib/activation.gelu-erf.wgsl?raw';
import geluTanh from '../../../shaders/lib/activation.gelu-tanh.wgsl?raw';
import none from '../../../shaders/lib/activation.none.wgsl?raw';
import silu from '../../../shaders/lib/activation.silu.wgsl?raw';
import type { WgslPart } from '../../gpu/wgsl.ts';

const TEXTS = { none, silu, 'gelu-tanh': geluTanh, 'gelu-erf': geluErf };

/** What an MLP does to its inner values; GELU in the form that the model was trained with. */
export type Activation = keyof typeof TEXTS;

/** The include with `activated`. */
export const activationPart = (activation: Activation): WgslPart => ({
  name: `lib/activation.${activation}`,
  text: TEXTS[activation],
});

/** The same on the CPU, in float64. */
export function activationOf(activation: Activation): (x: number) => number {
  if (activation === 'silu') return (x) => x / (1 + Math.exp(-x));
  if (activation === 'gelu-tanh')
    return (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
  if (activation === 'gelu-erf') return (x) => 0.5 * x * (1 + erf(x / Math.SQRT2));
  return (x) => x;
}

/** The error function by its series, exact to float64 where it is not 1 yet. */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
