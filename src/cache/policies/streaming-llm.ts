import recency from '../../../shaders/lib/policy/recency.wgsl?raw';
import { word } from '../../core/settings.ts';
import { definePolicy } from '../define-policy.ts';

/**
 * StreamingLLM keeps the first tokens (`sinks`) and the newest (https://arxiv.org/abs/2309.17453); without sinks it is
 * a sliding window. `positions: 'rank'` renumbers what stays, so that generation can go on past the trained length, as
 * the paper does; the paper rotates keys when it reads them, here they are turned when they are cut, which is the same
 * but for rounding. 'original' keeps every token's position and the keys as they are.
 */
export const streamingLlm = definePolicy({
  name: 'streaming-llm',
  listed: 40,
  description: 'Keeps the first positions and the newest slots.',
  paper: {
    title: 'Efficient Streaming Language Models with Attention Sinks',
    url: 'https://arxiv.org/abs/2309.17453',
  },
  status:
    'differs: keys keep their positions unless positions=rank, which turns stored keys at each cut (published code turns them at each read); a cut waits for `every` slots',
  settings: {
    positions: word('original', ['original', 'rank'], 'original, or rank to generate past the trained length'),
  },
  score: [{ name: 'lib/policy/recency', text: recency }],
  traits: ({ positions }) => ({ recent: 'rest', positions }),
  laws: [
    { tight: 'budget=24', loose: 'budget=400' },
    { tight: 'budget=24,positions=rank', loose: 'budget=400,positions=rank' },
  ],
});
