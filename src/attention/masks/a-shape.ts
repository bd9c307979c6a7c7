import { u32 } from '../../core/settings.ts';
import { defineMask } from '../define-mask.ts';
import { WINDOW } from './window.ts';

/**
 * Shows the first `sinks` tokens and the `window` newest, the row's own among them (A-shape heads: MInference, Jiang et al.
 * 2024, arXiv 2407.02490; attention sinks: StreamingLLM, Xiao et al. 2023, arXiv 2309.17453).
 */
export const aShape = defineMask({
  name: 'a-shape',
  listed: 20,
  description: 'Each token sees the first positions and the newest.',
  paper: {
    title: 'MInference 1.0: Accelerating Pre-filling for Long-Context LLMs via Dynamic Sparse Attention',
    url: 'https://arxiv.org/abs/2407.02490',
  },
  status: 'differs: for all heads (paper: for the heads that a search assigns), in decoding too where it is asked',
  settings: { sinks: u32(4, { says: 'first positions that are visible' }), window: WINDOW },
  traits: ({ sinks, window }) => ({ sinks, window }),
  laws: [{ tight: 'window=24,sinks=4', loose: 'window=400,sinks=4' }],
});
