import { signal } from '@preact/signals';
import { checkGpu } from './gpu-check.ts';
import type { Problem } from './problem.ts';

/** The GPU as the browser names it; `software`: it computes on the CPU. */
export const gpu = signal<{ readonly name: string; readonly software: boolean } | undefined>(undefined);

/** Looks which GPU there is; the problem where there is none. */
export async function lookForGpu(): Promise<Problem | undefined> {
  const { problem, name = '', software = false } = await checkGpu();
  if (problem) return problem;
  gpu.value = { name, software };
  return undefined;
}
