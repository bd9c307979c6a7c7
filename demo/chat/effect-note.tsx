import { useEffect } from 'preact/hooks';
import type { JSX } from 'preact';
import { effectWords } from './state/effect-words.ts';
import { loadMeasured, measured } from './state/measured-table.ts';
import type { MethodTexts } from './state/method-settings.ts';

/** What methods change, from the measured table. */
export function EffectNote({ methods }: { methods: MethodTexts }): JSX.Element | null {
  useEffect(() => void loadMeasured(), []);
  if (!measured.value) return null;
  return (
    <ul class="effects" aria-label="What this changes">
      {effectWords(methods, measured.value.table).map((words) => (
        <li key={words}>{words}</li>
      ))}
    </ul>
  );
}
