import { effect, signal } from '@preact/signals';
import { ask, draft } from './chat-state.ts';
import { engineState } from './engine-state.ts';

/** Whether what stands in the message box is to be sent as soon as the model is ready. */
export const waiting = signal(false);

/** Sends the draft when the model is ready; it can be changed until then. Without a GPU, or after a failed load, nothing waits. */
export function sendWhenReady(): void {
  const { phase } = engineState.value;
  waiting.value = phase === 'starting' || phase === 'offer' || phase === 'loading' || phase === 'lost';
}

effect(() => {
  const { phase } = engineState.value;
  if (phase === 'failed' || phase === 'unsupported') waiting.value = false;
  if (phase !== 'ready' || !waiting.value) return;
  waiting.value = false;
  const question = draft.peek().trim();
  draft.value = '';
  if (question !== '') void ask(question);
});
