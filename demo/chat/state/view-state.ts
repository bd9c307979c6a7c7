import { effect, signal } from '@preact/signals';

export const modelDialogOpen = signal(false);
export const settingsOpen = signal(false);
export const memoryOpen = signal(false);

// There is room for one panel: the one that was opened last.
effect(() => {
  if (memoryOpen.value) settingsOpen.value = false;
});
effect(() => {
  if (settingsOpen.value) memoryOpen.value = false;
});
