import type { Lease } from './lease.ts';
import { packMethods, type MethodIds, type Phase, type RunSpan } from './sequence-methods.ts';
import type { StepState } from './step-state.ts';

/** Tells the GPU what a lease's methods are set to in this phase, where it does not know yet. */
export function writeMethods(state: StepState, ids: MethodIds, lease: Lease, span: RunSpan, phase: Phase): void {
  if (lease.phase === phase) return;
  const { closed, rule } = lease.residency;
  const { layers } = state.layout;
  const { words, budgets } = packMethods(lease.methods, ids, phase, span, { closed, rule, layers });
  state.writeMethods(lease.sequence!, words, budgets);
  lease.phase = phase;
}
