import { UsageError } from '../../core/errors.ts';
import { memoryWords } from '../../kernels/selection/slot-scores.ts';
import { checkChoice, checkInteger } from '../method-options.ts';
import { NEVER, type DecodeSelection } from '../selection.ts';
import { encodeVotes } from './votes.ts';

export interface TokenSelectOptions {
  /** Tokens that a row reads besides sinks and recent ones, the same for all heads of a layer. */
  readonly k: number;
  /** So many first tokens, and so many newest, are always read, and take no part in the vote. Default 4 and 64 (paper: 128 and 512). */
  readonly sinks?: number;
  readonly recent?: number;
  /** So many first layers attend to everything. */
  readonly dense?: number;
  /**
   * 'rotated' votes with the scaled scores of attention itself; 'release', as the authors' code does, with unscaled scores
   * of keys that all lie `recent` places before the row.
   */
  readonly scoring?: 'rotated' | 'release';
  /** A choice is used again while the cosine of the queries is at least this, for recent / 4 tokens at most. Default: never. */
  readonly theta?: number;
}

/**
 * Reads the tokens for which the heads of a layer vote together, each with its softmax over the tokens that are neither
 * sinks nor recent (TokenSelect: Wu et al. 2024, arXiv 2411.02886). Keys keep their positions. All KV heads of a layer
 * must hold the same tokens in the same slots.
 * @throws UsageError when a number is out of its range.
 */
export function tokenSelect({
  k,
  sinks = 4,
  recent = 64,
  dense = 0,
  scoring = 'rotated',
  theta,
}: TokenSelectOptions): DecodeSelection {
  checkInteger('tokenSelect', 'k', k, 1);
  checkInteger('tokenSelect', 'sinks', sinks, 0);
  checkInteger('tokenSelect', 'recent', recent, 1);
  checkInteger('tokenSelect', 'dense', dense, 0);
  checkChoice('tokenSelect', 'scoring', scoring, ['rotated', 'release']);
  if (theta !== undefined && !(theta >= -1 && theta <= 1))
    throw new UsageError({
      code: 'usage-option',
      happened: `tokenSelect: theta is ${String(theta)}.`,
      expected: 'It must be a cosine, a number from -1 to 1.',
      todo: 'Change the value, or leave it out to choose anew for every token.',
    });
  return {
    name: 'token-select',
    variant: `${scoring}${theta === undefined ? '' : ' kept'}`,
    settings: { count: k, sinks, recent, dense, page: 0, theta: theta ?? NEVER },
    shared: true,
    bounds: false,
    memoryWords: ({ qHeads, headDim }, capacity) => (theta === undefined ? 0 : memoryWords(qHeads, headDim, capacity)),
    encode(recorder, layer, arrays, shape, kind) {
      const method = { shared: true, all: false, even: scoring === 'release' };
      encodeVotes(recorder, layer, arrays, shape, kind, method);
    },
    parameters: { k, sinks, recent, dense, scoring, ...(theta !== undefined && { theta }) },
  };
}
