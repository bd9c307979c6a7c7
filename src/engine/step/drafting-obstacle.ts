import { hasPenalties, type SamplingSettings } from '../../sampling/settings.ts';

/** What of a run may stand against drafts. */
export interface DraftedRun {
  readonly constraint: unknown;
  readonly sampling: SamplingSettings;
}

/** Why a run is decoded a token a step although its conversation drafts; undefined = it may be drafted for. */
export function draftingObstacle({ constraint, sampling }: DraftedRun): string | undefined {
  if (constraint !== undefined) return 'a constraint looks at every token before the next one is drawn';
  if (hasPenalties(sampling)) return 'penalties would count differently along every path of a draft';
  return undefined;
}
