import { signal } from '@preact/signals';
import { readTable, type MeasuredTable } from './measured-effect.ts';

// A glob, because a checkout without measurements has no such file; not eager, because the first paint needs none.
const files = import.meta.glob<unknown>('../../../bench/results/methods.json', { import: 'default' });

/** What was measured of the methods, where this build has it; undefined until it has been looked for. */
export const measured = signal<{ readonly table: MeasuredTable | undefined } | undefined>(undefined);

/** Looks for the table, once. */
export async function loadMeasured(): Promise<void> {
  if (measured.value) return;
  // A file that does not arrive is as good as none: what it would say is then "not measured".
  const data = await Object.values(files)[0]?.().catch(() => undefined);
  measured.value = { table: readTable(data) };
}
