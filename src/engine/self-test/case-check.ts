import { pipelineKey } from '../../gpu/compile.ts';
import type { Gpu } from '../../gpu/device.ts';
import type { Dispatch } from '../../gpu/kernel.ts';
import { checkKernel } from '../../kernels/cases/check-kernel.ts';
import type { AnyKernelCase } from '../../kernels/cases/kernel-case.ts';
import { kernelCases } from '../../kernels/cases/kernel-cases.ts';
import { OtherPipelineError } from '../../kernels/cases/run-kernel.ts';
import { TOLERANCE } from './probe.ts';

/** Kernels that are not compared, and why. */
export const NOT_COMPARED: Readonly<Record<string, string>> = {
  'eval/shadow-keys': 'it looks on for measurements and decides nothing',
  'eval/shadow-mass': 'it looks on for measurements and decides nothing',
};

/** A case of a kernel, and the shape of it that makes the pipeline of a dispatch. */
export interface CaseProbe {
  readonly item: AnyKernelCase;
  readonly shape: unknown;
}

/** What a dispatch's pipeline is compared by; in words why it is by nothing. */
export async function caseProbe({ kernel, call }: Pick<Dispatch, 'kernel' | 'call'>): Promise<CaseProbe | string> {
  const { name } = kernel.spec;
  const reason = NOT_COMPARED[name];
  if (reason !== undefined) return reason;
  const file = kernelCases.find((one) => one.kernel === name);
  if (!file) return 'it has no cases';
  let items: readonly AnyKernelCase[];
  try {
    items = await file.load();
  } catch (error) {
    return `its cases could not be loaded (${error instanceof Error ? error.message : String(error)})`;
  }
  for (const item of items) {
    if (item.kernel !== kernel) continue;
    const shape: unknown = item.probe?.(call.constants, call.variant);
    if (shape !== undefined) return { item, shape };
  }
  return 'its cases have no shape for this variant';
}

/** What is wrong with a pipeline, in words, undefined = nothing; or why it was not compared. */
export type Verdict = { readonly problem: string | undefined } | { readonly notCompared: string };

/** Runs a dispatch's pipeline on inputs of its case and compares every output with the float64 reference. */
export async function checkByCase(gpu: Gpu, dispatch: Dispatch): Promise<Verdict> {
  const probe = await caseProbe(dispatch);
  if (typeof probe === 'string') return { notCompared: probe };
  const options = { key: pipelineKey(dispatch.request), leastTolerance: TOLERANCE };
  try {
    const [problem] = await checkKernel(gpu, probe.item, probe.shape, options);
    return { problem };
  } catch (error) {
    if (error instanceof OtherPipelineError) return { notCompared: 'its cases have no shape for this variant' };
    throw error;
  }
}
