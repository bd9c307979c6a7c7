import type { JSX } from 'preact';
import type { Report } from 'winnow-llm';
import { formatBytes, formatCount, formatDuration } from '../shared/format.ts';
import { engineState, report } from './state/engine-state.ts';
import { gpuName } from '../shared/gpu-check.ts';

/** What really ran, as the engine reports it. */
export function ReportView(): JSX.Element {
  if (!report.value) return <p class="quiet">Nothing yet: no model is loaded.</p>;
  const state = engineState.value;
  const rows = reportRows(report.value, 'from' in state ? state.from : '');
  return (
    <>
      <dl class="facts">
        {rows.map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {report.value.fallbacks.length > 0 && (
        <>
          <h4>Fallbacks</h4>
          <ul>
            {report.value.fallbacks.map((fallback) => (
              <li key={fallback}>{fallback}</li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

/** How the conversations that are there store keys and values; else how a new one would. */
const cacheTypes = ({ conversations, precision }: Report): string =>
  [...new Set(conversations.map(({ kv }) => kv))].join(', ') || precision.cache;

function reportRows(what: Report, from: string): readonly (readonly [string, string])[] {
  const { adapter, bytes, cache, model, perToken, precision } = what;
  const weights = Object.entries(precision.weights).map(([type, size]) => `${type} ${formatBytes(size)}`);
  return [
    ['GPU', gpuName(adapter)],
    ['Features', what.featuresUsed.join(', ') || 'none'],
    ['Model', `${model.architecture}, ${model.layers} layers, ${formatBytes(model.fileBytes)} from ${from}`],
    ['Weights', weights.join(', ')],
    ['Arithmetic', `${precision.activations}, cache ${cacheTypes(what)}`],
    ['GPU memory', `${formatBytes(bytes.total)}, at most ${formatBytes(bytes.peak)}`],
    ['of it weights', formatBytes(bytes.weights)],
    ['of it cache', formatBytes(bytes.cache)],
    ['of it activations', formatBytes(bytes.activations)],
    ['Cache slots', `${formatCount(cache.slotsUsed)} of ${formatCount(cache.capacity)} in use`],
    ['Context', `${formatCount(model.context)} tokens`],
    ['Per token', `${formatCount(perToken.dispatches)} dispatches, ${formatBytes(perToken.bytesWritten)} written`],
    ['Loaded in', formatDuration(what.load.milliseconds)],
    ['Version', what.version],
  ];
}
