import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { EvalRecord } from 'winnow-llm/eval/records';
import { copyText } from '../shared/clipboard.ts';
import { fileStem, saveFile } from '../shared/save-file.ts';
import { captionOf } from './data/caption.ts';
import { evalCsv, taskCsv } from 'winnow-llm/eval/records';
import { linkOf } from './data/link.ts';
import { settings } from './state/page-settings.ts';
import type { Shown } from './state/shown.ts';

/** Which evaluation this is, how it ended, and how to keep it. */
export function ResultBar({ shown }: { shown: Shown }): JSX.Element {
  const { record, file, ended } = shown;
  const stem = fileStem(record);
  const [copied, setCopied] = useState(false);
  const link = linkOf(shown, settings.value);
  const copy = async (): Promise<void> => setCopied(await copyText(new URL(link.query, location.href).href));
  return (
    <section class="result-bar" aria-label="This evaluation">
      <div>
        <h2>{file ?? (ended === 'running' ? 'This evaluation, so far' : 'This evaluation')}</h2>
        {(ended === 'aborted' || ended === 'failed') && (
          <p class="ended">
            {ended === 'aborted' ? 'Stopped before its end' : 'It failed before its end'}: what was finished is shown.
          </p>
        )}
        <p class="caption">{captionOf(record)}</p>
        {link.missing && <p class="caption">The link does not hold {link.missing}.</p>}
      </div>
      <div class="buttons">
        <button type="button" onClick={() => void copy()}>
          {copied ? 'Link copied' : 'Copy link'}
        </button>
        <button
          type="button"
          disabled={ended === 'running'}
          onClick={() => saveFile(`${stem}.json`, 'application/json', `${JSON.stringify(record, null, 2)}\n`)}
        >
          Save JSON
        </button>
        <button
          type="button"
          disabled={ended === 'running'}
          onClick={() => saveFile(`${stem}.csv`, 'text/csv', csvOf(record))}
        >
          Save CSV
        </button>
      </div>
    </section>
  );
}

const csvOf = (record: EvalRecord): string => (record.kind === 'loss' ? evalCsv(record) : taskCsv(record.runs));
