import type { JSX } from 'preact';
import { fileStem, saveFile } from '../shared/save-file.ts';
import { captionOf } from './data/caption.ts';
import { toCsv } from 'winnow-llm/bench/records';
import type { Shown } from './state/results-state.ts';

/** Which run this is, how it ended, and how to keep it. */
export function ResultBar({ shown: { result, file, ended } }: { shown: Shown }): JSX.Element {
  const stem = fileStem(result);
  return (
    <section class="result-bar" aria-label="This run">
      <div>
        <h2>{file ?? (ended === 'running' ? 'This run, so far' : 'This run')}</h2>
        {(ended === 'aborted' || ended === 'failed') && (
          <p class="ended">
            {ended === 'aborted' ? 'Stopped before its end' : 'It failed before its end'}: what was finished is shown.
          </p>
        )}
        <p class="caption">{captionOf(result)}</p>
      </div>
      <div class="buttons">
        <button
          type="button"
          disabled={ended === 'running'}
          onClick={() => saveFile(`${stem}.json`, 'application/json', `${JSON.stringify(result, null, 2)}\n`)}
        >
          Save JSON
        </button>
        <button
          type="button"
          disabled={ended === 'running'}
          onClick={() => saveFile(`${stem}.csv`, 'text/csv', toCsv(result))}
        >
          Save CSV
        </button>
      </div>
    </section>
  );
}
