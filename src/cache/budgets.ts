import { checkedLater, checkOptions } from '../core/check-options.ts';
import { UsageError } from '../core/errors.ts';
import { checkedNumber } from '../core/settings.ts';
import { EVICT_SETTINGS } from './evict-settings.ts';
import type { Budget } from './policy.ts';

const checkedSlots = (budget: string, slots: number): number =>
  checkedNumber(budget, 'slots', slots, EVICT_SETTINGS.budget.range);

/** The same number of slots for every KV head of every layer. @throws UsageError 'usage-option' */
export function uniform(slots: number): Budget {
  checkedSlots('uniform', slots);
  return {
    name: 'uniform',
    slots,
    perLayer: (layers) => Array<number>(layers).fill(slots),
    floor: 0,
    parameters: { slots },
  };
}

/**
 * PyramidKV (https://arxiv.org/abs/2406.02069): lower layers keep more. Sinks and recent slots stay in every layer; the
 * other C slots of a layer run from 2 C - C / beta in the first layer in a straight line to C / beta in the last, in whole
 * numbers whose sum is exactly layers * C.
 * @param beta steepness, from 1 (all layers alike) to `slots`
 * @throws UsageError 'usage-option' for a parameter out of range.
 */
export function pyramid(slots: number, options: { readonly beta?: number } = {}): Budget {
  checkOptions(options, { beta: checkedLater });
  const { beta = 20 } = options;
  checkedSlots('pyramid', slots);
  checkedNumber('pyramid', 'beta', beta, EVICT_SETTINGS.beta.range);
  if (beta > slots)
    throw new UsageError({
      code: 'usage-option',
      happened: `A pyramid of ${slots} slots with beta ${beta} leaves the last layer less than one slot.`,
      expected: 'The parameter beta must be at most the number of slots.',
      todo: 'Raise the budget, or lower beta.',
    });
  return {
    name: 'pyramid',
    slots,
    perLayer: (layers, always = 0) =>
      pyramidOf(layers, Math.max(0, slots - always), beta).map((count) => count + always),
    floor: 0,
    parameters: { slots, beta },
  };
}

/** Rounds down, then gives what is left to the largest fractions: that keeps the order of the layers. */
function pyramidOf(layers: number, slots: number, beta: number): readonly number[] {
  if (layers === 1) return [slots];
  const last = slots / beta;
  const exact = Array.from({ length: layers }, (_, i) => 2 * slots - last + (i * 2 * (last - slots)) / (layers - 1));
  const whole = exact.map(Math.floor);
  const left = layers * slots - whole.reduce((sum, count) => sum + count, 0);
  const order = [...exact.keys()].toSorted((a, b) => exact[b]! - whole[b]! - (exact[a]! - whole[a]!) || a - b);
  for (const layer of order.slice(0, left)) whole[layer]!++;
  return whole;
}

/**
 * Ada-KV (https://arxiv.org/abs/2407.11550): the KV heads of a layer compete for their slots together, so that a head
 * whose attention is spread keeps more; each keeps at least the share `floor` of an even part.
 * @param floor above 0, at most 1 (all heads alike)
 * @throws UsageError 'usage-option' for a parameter out of range.
 */
export function adaptivePerHead(slots: number, options: { readonly floor?: number } = {}): Budget {
  checkOptions(options, { floor: checkedLater });
  const { floor = 0.2 } = options;
  checkedSlots('adaptive-per-head', slots);
  checkedNumber('adaptive-per-head', 'floor', floor, EVICT_SETTINGS.floor.range);
  return {
    name: 'adaptive-per-head',
    slots,
    perLayer: (layers) => Array<number>(layers).fill(slots),
    floor,
    parameters: { slots, floor },
  };
}
