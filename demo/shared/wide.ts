import { signal } from '@preact/signals';

const wideQuery = matchMedia('(min-width: 64rem)');

/** Whether there is room for a panel beside the page's content. */
export const wide = signal(wideQuery.matches);
wideQuery.addEventListener('change', () => (wide.value = wideQuery.matches));
