import layerMass from '../../../shaders/lib/policy/layer-mass.wgsl?raw';
import { definePolicy } from '../define-policy.ts';

/**
 * TOVA keeps what the last token attended to, summed over all heads; one set for all heads of a layer
 * (https://arxiv.org/abs/2401.06104). Nothing is summed over time, and neither the first nor the newest tokens are
 * safe unless `sinks` and `recent` say so. As the released code; sum and mean over heads rank alike.
 */
export const tova = definePolicy({
  name: 'tova',
  listed: 30,
  description: 'Keeps the slots that the last token attends to most, one set for all heads of a layer.',
  paper: { title: 'Transformers are Multi-State RNNs', url: 'https://arxiv.org/abs/2401.06104' },
  status: 'differs: a cut waits for `every` slots, and sinks stay (papers: every=1,sinks=0)',
  settings: {},
  score: [{ name: 'lib/policy/layer-mass', text: layerMass }],
  traits: () => ({ observes: { promptRows: 1, decodeRows: true, decay: 0 }, scope: 'layer' }),
  laws: [{ tight: 'budget=24,sinks=0,every=7', loose: 'budget=400' }],
});
