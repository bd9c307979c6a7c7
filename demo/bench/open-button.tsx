import type { JSX } from 'preact';
import { openFiles } from './state/results-state.ts';

/** Opens saved runs from this device. */
export function OpenButton({ label }: { label: string }): JSX.Element {
  return (
    <label class="file-button">
      {label}
      <input
        type="file"
        accept=".json,application/json"
        multiple
        onChange={({ currentTarget }) => {
          const files = [...(currentTarget.files ?? [])];
          currentTarget.value = ''; // so that the same file can be chosen again
          if (files.length > 0) void openFiles(files);
        }}
      />
    </label>
  );
}
