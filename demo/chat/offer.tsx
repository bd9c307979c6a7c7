import type { JSX } from 'preact';
import { formatBytes } from '../shared/format.ts';
import { load, type EngineState } from './state/engine-state.ts';
import { choiceBytes, choiceTitle } from '../shared/model-choice.ts';
import { modelDialogOpen } from './state/view-state.ts';

/** The first visit: one button that says what it will fetch, and where that will be kept. */
export function Offer({ offer }: { offer: Extract<EngineState, { phase: 'offer' }> }): JSX.Element {
  const { choice, cancelled, keptBytes } = offer;
  const bytes = choiceBytes(choice);
  const size = bytes === undefined ? '' : ` · ${formatBytes(bytes - keptBytes)}`;
  const file = choice.kind === 'file';
  return (
    <section class="card offer" aria-labelledby="offer-title">
      <h2 id="offer-title">{cancelled ? 'Loading was cancelled' : 'A language model on your own GPU'}</h2>
      <p>
        {keptBytes > 0
          ? `${formatBytes(keptBytes)} have arrived and are kept: the download goes on from there.`
          : 'It runs inside this page. Nothing you type leaves this device.'}
      </p>
      <dl class="facts">
        <dt>Model</dt>
        <dd>{choiceTitle(choice)}</dd>
        <dt>{file ? 'Size' : 'Download'}</dt>
        <dd>
          {bytes === undefined
            ? 'size unknown until it begins'
            : file
              ? formatBytes(bytes)
              : `${formatBytes(bytes)}, once`}
        </dd>
        <dt>{file ? 'Read from' : 'Kept in'}</dt>
        <dd>
          {file ? 'this device' : `this browser’s private storage for ${location.host}; later visits need no download`}
        </dd>
        {choice.kind === 'known' && (
          <>
            <dt>Licence</dt>
            <dd>{choice.model.licence}</dd>
          </>
        )}
        {choice.kind === 'address' && (
          <>
            <dt>From</dt>
            <dd>{choice.url}</dd>
          </>
        )}
      </dl>
      <div class="buttons">
        <button type="button" class="primary" onClick={() => void load(choice)}>
          {file ? 'Load' : keptBytes > 0 ? 'Go on with the download' : 'Download and start'}
          {size}
        </button>
        <button type="button" onClick={() => (modelDialogOpen.value = true)}>
          Another model…
        </button>
      </div>
    </section>
  );
}
