import { Random } from '../../core/rng.ts';
import type { Gpu } from '../../gpu/device.ts';
import type { AnyKernelCase } from './kernel-case.ts';
import { asTypeOf, runKernel } from './run-kernel.ts';

/** Inputs of every check: the same numbers everywhere. */
const SEED = 7;

export interface CheckOptions {
  /** The pipeline that the case must run, where that matters. */
  readonly key?: string;
  /** Where an adapter's arithmetic is not what is checked: for a case whose own tolerance is smaller, but not 0. */
  readonly leastTolerance?: number;
}

/** Elements that differ by more than the tolerance, in words; at most five. */
export function differences(got: ArrayLike<number>, want: ArrayLike<number>, tolerance: number): string[] {
  if (got.length !== want.length) return [`${got.length} elements, want ${want.length}`];
  let squares = 0;
  for (let i = 0; i < want.length; i++) squares += want[i]! ** 2;
  const scale = Math.sqrt(squares / Math.max(1, want.length));
  const wrong: string[] = [];
  for (let i = 0; i < want.length && wrong.length < 5; i++)
    if (!(Math.abs(got[i]! - want[i]!) <= tolerance * (scale + Math.abs(want[i]!))))
      wrong.push(`[${i}] got ${got[i]} want ${want[i]}`);
  return wrong;
}

/**
 * Runs a case once at a shape and compares every output with the float64 reference.
 * @returns what differs, the output's name before each element; empty = the kernel is right
 */
export async function checkKernel(
  gpu: Gpu,
  item: AnyKernelCase,
  shape: unknown,
  { key, leastTolerance = 0 }: CheckOptions = {},
): Promise<string[]> {
  // What is exact stays exact.
  const tolerance = item.tolerance === 0 ? 0 : Math.max(item.tolerance, leastTolerance);
  const built = item.build(shape, new Random(SEED));
  const want = item.reference(built, shape);
  const outputs = Object.entries(await runKernel(gpu, item, built, key));
  const typed = Object.fromEntries(outputs.map(([name, words]) => [name, asTypeOf(words, built.buffers[name]!)]));
  const got: Readonly<Record<string, ArrayLike<number>>> = item.decode?.(typed, shape) ?? typed;
  const names = [...new Set([...Object.keys(got), ...Object.keys(want)])];
  return names.flatMap((name) => {
    const [values, expected] = [got[name], want[name]];
    if (!values || !expected) return [`${name} is ${values ? 'not in the reference' : 'not an output'}`];
    return differences(values, expected, tolerance).map((text) => `${name}${text}`);
  });
}
