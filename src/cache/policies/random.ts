import philox from '../../../shaders/lib/philox.wgsl?raw';
import score from '../../../shaders/lib/policy/random.wgsl?raw';
import { definePolicy } from '../define-policy.ts';

/**
 * Keeps tokens by a number drawn once for each, per layer and KV head: the floor that every other policy has to beat.
 * What stays is at any time a fair sample of all tokens so far (a reservoir, https://doi.org/10.1145/3147.3165); the
 * same seed of the conversation keeps the same.
 */
export const random = definePolicy({
  name: 'random',
  listed: 60,
  description: 'Keeps slots by lot: the floor that every policy has to beat.',
  paper: undefined,
  status: 'faithful',
  settings: {},
  score: [
    { name: 'lib/philox', text: philox },
    { name: 'lib/policy/random', text: score },
  ],
  traits: () => ({}),
  laws: [{ tight: 'budget=24,recent=4', loose: 'budget=400' }],
});
