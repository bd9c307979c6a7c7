import type { KernelResult, KernelTiming } from 'winnow-llm/bench/records';
import type { Sorting } from '../../shared/sorting.ts';

export type SortKey = 'name' | 'share' | 'time' | 'bandwidth' | 'arithmetic';

const VALUES: Readonly<Record<Exclude<SortKey, 'name'>, (timing: KernelTiming) => number>> = {
  share: ({ roofShare }) => roofShare,
  time: ({ microseconds }) => microseconds.median,
  bandwidth: ({ gigabytesPerSecond }) => gigabytesPerSecond,
  arithmetic: ({ gigaflops }) => gigaflops,
};

/** Kernels in the order asked for. Wrong ones always come first, those without a timing always last. */
export function sortKernels(
  kernels: readonly KernelResult[],
  { key, descending }: Sorting<SortKey>,
): readonly KernelResult[] {
  const byName = (a: KernelResult, b: KernelResult): number =>
    compareText(a.kernel, b.kernel) || compareText(a.shape, b.shape);
  const inOrder = (a: KernelResult, b: KernelResult): number => {
    const turned = descending ? -1 : 1;
    if (key === 'name') return byName(a, b) * turned;
    const value = VALUES[key];
    return a.timing && b.timing ? (value(a.timing) - value(b.timing)) * turned || byName(a, b) : byName(a, b);
  };
  return kernels.toSorted((a, b) => rank(a) - rank(b) || inOrder(a, b));
}

const rank = ({ status, timing }: KernelResult): number => (status === 'wrong' ? 0 : timing ? 1 : 2);

const collator = new Intl.Collator('en', { numeric: true });
const compareText = (a: string, b: string): number => collator.compare(a, b);
