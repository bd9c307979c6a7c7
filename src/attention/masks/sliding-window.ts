import { defineMask } from '../define-mask.ts';
import { WINDOW } from './window.ts';

/** Shows only the `window` newest tokens, the row's own among them. */
export const slidingWindow = defineMask({
  name: 'sliding-window',
  listed: 10,
  description: 'Each token sees the newest positions only.',
  paper: { title: 'Longformer: The Long-Document Transformer', url: 'https://arxiv.org/abs/2004.05150' },
  status: 'differs: a plain window, neither dilated nor with global tokens; the model was not trained with it',
  settings: { window: WINDOW },
  traits: ({ window }) => ({ window, sinks: 0 }),
  laws: [{ tight: 'window=24', loose: 'window=400' }],
});
