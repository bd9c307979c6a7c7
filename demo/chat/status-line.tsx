import type { JSX } from 'preact';
import { formatBytes, formatCount } from './format.ts';
import { engineState, gpu, report } from './state/engine-state.ts';
import { gpuName } from './state/gpu-check.ts';

/** The GPU and what the model takes of it, in one line. */
export function StatusLine(): JSX.Element {
  const parts = statusParts();
  return (
    <p class="status-line" aria-label="GPU and memory">
      {parts.map((part) => (
        <span key={part}>{part}</span>
      ))}
    </p>
  );
}

function statusParts(): readonly string[] {
  if (engineState.value.phase === 'unsupported') return ['no WebGPU'];
  if (!report.value) return [gpu.value ?? 'looking for a GPU…'];
  const { adapter, featuresUsed, bytes, cache } = report.value;
  return [
    gpuName(adapter),
    featuresUsed.includes('shader-f16') ? 'f16' : 'f32',
    ...(featuresUsed.includes('subgroups') ? ['subgroups'] : []),
    `${formatBytes(bytes.total)} GPU memory`,
    `cache ${formatCount(cache.slotsUsed)} / ${formatCount(cache.capacity)}`,
  ];
}
