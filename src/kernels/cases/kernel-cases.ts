/**
 * The case files, each a chunk that is loaded when its kernel is measured. They lie outside of src/, for the tests run them too:
 * what is timed is exactly what is checked.
 */

import type { AnyKernelCase } from './kernel-case.ts';

const FILES = import.meta.glob<{ default: AnyKernelCase | readonly AnyKernelCase[] }>('../../../cases/**/*.case.ts');

/** Names of all kernels that have a case file, and what loads their cases. */
export const kernelCases: readonly {
  readonly kernel: string;
  readonly load: () => Promise<readonly AnyKernelCase[]>;
}[] = Object.entries(FILES).map(([path, load]) => ({
  kernel: path.replace(/^.*\/cases\//, '').replace('.case.ts', ''),
  load: async () => [(await load()).default].flat() as readonly AnyKernelCase[],
}));
