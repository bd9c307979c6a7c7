import { signal } from '@preact/signals';

export const modelDialogOpen = signal(false);
export const settingsOpen = signal(false);

/** Whether the choice of methods and text is open beside results; without results it always is. */
export const choiceOpen = signal(false);
