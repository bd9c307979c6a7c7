import type { JSX } from 'preact';
import { effectWords } from './state/effect-words.ts';
import { measuredTable } from './state/measured-table.ts';
import type { MethodTexts } from './state/method-settings.ts';

/** What methods change, from the measured table. */
export function EffectNote({ methods }: { methods: MethodTexts }): JSX.Element {
  return (
    <ul class="effects" aria-label="What this changes">
      {effectWords(methods, measuredTable).map((words) => (
        <li key={words}>{words}</li>
      ))}
    </ul>
  );
}
