import { signal } from '@preact/signals';
import { addressProblems } from './page-settings.ts';

export const modelDialogOpen = signal(false);
export const settingsOpen = signal(false);

/** Things to tell the visitor that stop nothing, such as parts of the address that were not taken. */
export const notices = signal<readonly string[]>(addressProblems);

const wideQuery = matchMedia('(min-width: 64rem)');

/** Whether there is room for a panel beside the conversation. */
export const wide = signal(wideQuery.matches);
wideQuery.addEventListener('change', () => (wide.value = wideQuery.matches));
