import { defineSelection } from '../define-selection.ts';
import { NEVER } from '../selection.ts';
import { DENSE, K, RECENT, SINKS } from './settings.ts';
import { encodeVotes } from './votes.ts';

/**
 * Reads the slots that get most of the attention of each KV head's query heads together. It looks at every key to know
 * them, so it saves little: it is the ceiling that other selections are measured against.
 */
export const oracleTopK = defineSelection({
  name: 'oracle-top-k',
  listed: 30,
  description:
    'Each token reads the slots with the highest true attention, summed over the query heads of each KV head: the ceiling, which reads all keys to know.',
  paper: undefined,
  status: 'faithful',
  settings: { k: K, sinks: SINKS, recent: RECENT, dense: DENSE },
  derived: { theta: { type: 'f32', of: () => NEVER } },
  traits: ({ k, sinks, recent, dense }, accessors) => ({
    dense,
    mostSlots: sinks + k + recent,
    encode(recorder, layer, arrays, shape, kind) {
      const method = { shared: false, all: true, even: false, accessors };
      encodeVotes(recorder, layer, { ...arrays, memory: undefined }, shape, kind, method);
    },
  }),
  laws: [{ tight: 'k=12,sinks=1,recent=4', loose: 'k=400' }],
});
