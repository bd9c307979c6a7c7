import { signal } from '@preact/signals';

export const modelDialogOpen = signal(false);
export const settingsOpen = signal(false);
