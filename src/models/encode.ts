import type { PlanRecorder } from '../gpu/plan.ts';
import type { Block } from './network.ts';
import type { Step, StepContext, StepShape } from './step.ts';

/** Appends the dispatches of one step, from token ids to logits: the blocks of a network in order. */
export function encodeNetwork(
  recorder: PlanRecorder,
  blocks: readonly Block[],
  context: StepContext,
  shape: StepShape,
): void {
  const step: Step = { ...context, recorder, shape };
  for (const block of blocks) {
    if (block.layer === undefined) block.encode(step);
    else recorder.inLayer(block.layer, () => block.encode(step));
  }
}
