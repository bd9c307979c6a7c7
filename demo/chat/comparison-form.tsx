import { useEffect, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { EffectNote } from './effect-note.tsx';
import { MethodFields } from './method-fields.tsx';
import { compare } from './state/comparison.ts';
import { describeMethods, firstText, methodProblem, sameMethods, type MethodTexts } from './state/method-settings.ts';
import { chosenMethods } from './state/page-settings.ts';
import type { Turn } from './state/turn.ts';

/** Chooses what an answer's methods are compared with; at first, with none. */
export function ComparisonForm({ turn, close }: { turn: Turn; close: () => void }): JSX.Element {
  const own = turn.answer.value.methods ?? {};
  const [typed, setTyped] = useState<MethodTexts>(() => firstOther(own));
  const form = useRef<HTMLFormElement>(null);
  const problem = methodProblem(typed);
  useEffect(() => form.current?.scrollIntoView({ block: 'nearest' }), []);
  return (
    <form
      ref={form}
      class="card comparison-form"
      aria-label="Compare"
      onSubmit={(event) => {
        event.preventDefault();
        if (problem) return;
        close();
        void compare(turn, [own, typed]);
      }}
    >
      <h2>Answer twice</h2>
      <p class="quiet">
        Once with what this answer had ({describeMethods(own)}), once with what you choose here. Both start from
        nothing, one after the other, with the same seed.
      </p>
      <MethodFields id={`compare-${turn.id}`} typed={typed} change={setTyped} />
      {!problem && <EffectNote methods={typed} />}
      <div class="buttons">
        <button type="submit" class="primary" disabled={problem !== undefined}>
          Answer twice
        </button>
        <button type="button" onClick={close}>
          Cancel
        </button>
      </div>
    </form>
  );
}

/** Without a method where there was one; else with the one that is chosen now, or the first of all. */
function firstOther(own: MethodTexts): MethodTexts {
  if (!sameMethods(own, {})) return {};
  const chosen = chosenMethods();
  return sameMethods(chosen, {}) ? { cache: firstText('h2o') } : chosen;
}
