import type { JSX } from 'preact';
import { EffectNote } from './effect-note.tsx';
import { MethodFields } from './method-fields.tsx';
import { turns } from './state/chat-state.ts';
import { describeMethods, pickMethods, sameMethods } from './state/method-settings.ts';
import { livingConversation } from './state/open-conversation.ts';
import { changeMethods, settings, typedMethods } from './state/page-settings.ts';

/** The page's choice of methods: taken when the package takes it, in force from the next message on. */
export function MethodSwitch(): JSX.Element {
  const chosen = pickMethods(settings.value);
  return (
    <>
      <MethodFields id="method" typed={typedMethods.value} change={changeMethods} />
      <EffectNote methods={chosen} />
      <p class="switch-note" role="status">
        {switchWords()}
      </p>
    </>
  );
}

/** When the choice comes into force, and what that takes. */
function switchWords(): string {
  const chosen = pickMethods(settings.value);
  const now = livingConversation.value?.methods;
  if (now && sameMethods(now, chosen)) return `In force: ${describeMethods(chosen)}.`;
  const from = `From your next message on: ${describeMethods(chosen)}.`;
  if (now) return `${from} The conversation so far is then read again. Until then: ${describeMethods(now)}.`;
  return turns.value.length > 0 ? `${from} The conversation so far is then read again.` : from;
}
