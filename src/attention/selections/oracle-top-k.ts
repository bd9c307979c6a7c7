import { checkInteger } from '../method-options.ts';
import { NEVER, type DecodeSelection } from '../selection.ts';
import { encodeVotes } from './votes.ts';

export interface OracleTopKOptions {
  /** Slots that a row reads of each KV head, besides sinks and recent tokens. */
  readonly k: number;
  /** So many first tokens, and so many newest, are always read. Default 4 and 64. */
  readonly sinks?: number;
  readonly recent?: number;
  /** So many first layers attend to everything. */
  readonly dense?: number;
}

/**
 * Reads the slots that get most of the attention of each KV head's query heads together. It looks at every key to know
 * them, so it saves little: it is the ceiling that other selections are measured against.
 * @throws UsageError when a number is out of its range.
 */
export function oracleTopK({ k, sinks = 4, recent = 64, dense = 0 }: OracleTopKOptions): DecodeSelection {
  checkInteger('oracleTopK', 'k', k, 1);
  checkInteger('oracleTopK', 'sinks', sinks, 0);
  checkInteger('oracleTopK', 'recent', recent, 0);
  checkInteger('oracleTopK', 'dense', dense, 0);
  return {
    name: 'oracle-top-k',
    settings: { count: k, sinks, recent, dense, page: 0, theta: NEVER },
    shared: false,
    bounds: false,
    memoryWords: () => 0,
    encode(recorder, layer, arrays, shape, kind) {
      const method = { shared: false, all: true, even: false };
      encodeVotes(recorder, layer, { ...arrays, memory: undefined }, shape, kind, method);
    },
    parameters: { k, sinks, recent, dense },
  };
}
