import { useEffect } from 'preact/hooks';
import type { JSX } from 'preact';
import { Group, SidePanel } from '../shared/side-panel.tsx';
import { MemoryCountsView } from './memory-counts-view.tsx';
import { MemoryMap } from './memory-map.tsx';
import { MemoryTable } from './memory-table.tsx';
import { MethodSwitch } from './method-switch.tsx';
import { memoryCounts } from './state/memory-counts.ts';
import { memoryState, pointedToken } from './state/memory-state.ts';
import { memoryOpen } from './state/view-state.ts';
import { followPointedWords } from './word-pointing.ts';

/** What the conversation's cache holds, token by token, and the choice of what it keeps. */
export function MemoryPanel(): JSX.Element | null {
  return (
    <SidePanel title="What it remembers" open={memoryOpen} kind="memory">
      <Memory />
      <Group title="What it keeps and reads" note="From the next message on.">
        <MethodSwitch />
      </Group>
    </SidePanel>
  );
}

function Memory(): JSX.Element {
  useEffect(followPointedWords, []);
  const state = memoryState.value;
  switch (state.phase) {
    case 'empty':
      return (
        <p class="quiet">
          Nothing yet. After the first answer, each column here is a token of the conversation and each row a layer of
          the model: filled where the layer still holds the token, empty where it is gone.
        </p>
      );
    case 'reading':
      return (
        <p class="quiet" role="status">
          Reading the cache…
        </p>
      );
    case 'failed':
      return (
        <p class="field-problem" role="alert">
          The cache could not be read. {state.problem.happened} {state.problem.todo}
        </p>
      );
    case 'shown':
      return (
        <section class="group" aria-label="Memory map">
          <MemoryMap memory={state.memory} pointed={pointedToken} />
          <MemoryCountsView counts={memoryCounts(state.memory.view)} />
          <MemoryTable view={state.memory.view} />
        </section>
      );
    default:
      return state satisfies never;
  }
}
