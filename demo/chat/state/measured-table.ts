import { readTable } from './measured-effect.ts';

// A glob, because a checkout without measurements has no such file.
const files: Readonly<Record<string, unknown>> = import.meta.glob('../../../bench/results/methods.json', {
  eager: true,
  import: 'default',
});

/** What was measured of the methods, where this build has it. */
export const measuredTable = readTable(Object.values(files)[0]);
