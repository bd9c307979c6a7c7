import type { KernelResult, KernelTiming } from 'winnow-llm/bench/records';

const ROOF_WORDS: Readonly<Record<KernelTiming['roof'], string>> = {
  stream: 'of what this device can stream',
  'multiply-add': 'of what this device can multiply and add',
  launch: 'of the speed that one launch allows',
};

/** A kernel's standing in one sentence, for someone who has never seen it. */
export function verdict(result: KernelResult): string {
  if (result.status === 'wrong') return `Wrong, and so not timed. ${result.problem ?? ''}`.trim();
  if (result.status === 'unsupported')
    return `Not run: it needs ${result.problem ?? 'a feature that this adapter lacks'}`;
  if (!result.timing) return 'Correct; it was not timed.';
  const { roof, roofShare } = result.timing;
  return `${gradeOf(roofShare)}: at ${formatShare(roofShare)} ${ROOF_WORDS[roof]}`;
}

/** A share of the roof as one word. */
export function gradeOf(roofShare: number): string {
  if (roofShare >= 0.75) return 'Near the roof';
  if (roofShare >= 0.5) return 'Good';
  if (roofShare >= 0.25) return 'Fair';
  return 'Far below the roof';
}

/** "62 %", "0.4 %". */
export const formatShare = (share: number): string =>
  `${(share * 100).toFixed(share > 0 && share < 0.01 ? 1 : 0)}\u00a0%`;
