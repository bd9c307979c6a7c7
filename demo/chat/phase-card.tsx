import type { JSX } from 'preact';
import { EmptyChat } from './empty-chat.tsx';
import { LoadProgressCard } from './load-progress.tsx';
import { Offer } from './offer.tsx';
import { ProblemNotice } from '../shared/problem-notice.tsx';
import { restoreAndRetry, turns } from './state/chat-state.ts';
import { engineState, load } from './state/engine-state.ts';
import { choiceTitle } from '../shared/model-choice.ts';
import { modelDialogOpen } from './state/view-state.ts';

/** What stands below the conversation until the model answers: one designed state for each phase. */
export function PhaseCard(): JSX.Element | null {
  const state = engineState.value;
  switch (state.phase) {
    case 'starting':
      return <p class="quiet centred">Looking for a GPU…</p>;
    case 'unsupported':
      return <ProblemNotice title="This page cannot reach a GPU" problem={state.problem} />;
    case 'offer':
      return <Offer offer={state} />;
    case 'loading':
      return <LoadProgressCard state={state} />;
    case 'failed':
      return (
        <ProblemNotice title={`${choiceTitle(state.choice)} was not loaded`} problem={state.problem}>
          <button type="button" class="primary" onClick={() => void load(state.choice)}>
            Try again
          </button>
          <button type="button" onClick={() => (modelDialogOpen.value = true)}>
            Choose another model
          </button>
        </ProblemNotice>
      );
    case 'lost':
      return (
        <ProblemNotice title="The GPU was lost" problem={state.problem}>
          <button type="button" class="primary" disabled={state.restoring} onClick={() => void restoreAndRetry()}>
            {state.restoring ? 'Restoring…' : 'Restore'}
          </button>
        </ProblemNotice>
      );
    case 'ready':
      return turns.value.length === 0 ? <EmptyChat /> : null;
    default:
      return state satisfies never;
  }
}
