import type { JSX } from 'preact';
import { formatBytes, formatCount } from '../shared/format.ts';
import { engineState, gpu, report } from './state/engine-state.ts';
import { gpuName } from '../shared/gpu-check.ts';

/** The GPU and what the model takes of it, in one line. */
export function StatusLine(): JSX.Element {
  const parts = statusParts();
  return (
    <p class="status-line" aria-label="GPU and memory">
      {parts.map(({ text, extra }) => (
        <span key={text} class={extra ? 'extra' : ''}>
          {text}
        </span>
      ))}
    </p>
  );
}

/** `extra` parts are left out where the bar is narrow; the settings have them too. */
interface Part {
  readonly text: string;
  readonly extra?: true;
}

function statusParts(): readonly Part[] {
  if (engineState.value.phase === 'unsupported') return [{ text: 'no GPU within reach' }];
  if (!report.value) return [{ text: gpu.value ?? 'looking for a GPU…' }];
  const { adapter, featuresUsed, bytes, cache, model } = report.value;
  return [
    { text: gpuName(adapter) },
    { text: featuresUsed.includes('shader-f16') ? 'f16' : 'f32', extra: true },
    ...(featuresUsed.includes('subgroups') ? [{ text: 'subgroups', extra: true } as const] : []),
    { text: `${formatBytes(bytes.total)} on GPU` },
    { text: `context ${formatCount(cache.slotsUsed)} / ${formatCount(model.context)}` },
  ];
}
