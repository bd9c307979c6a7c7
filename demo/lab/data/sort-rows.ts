import type { Sorting } from '../../shared/sorting.ts';

const collator = new Intl.Collator('en', { numeric: true });

/** Rows in the order asked for, those that are equal by their settings; without one as they are. */
export function sortRows<Row extends { readonly setting: string }, Key extends string>(
  rows: readonly Row[],
  sorting: Sorting<Key | 'setting'> | undefined,
  values: Readonly<Record<Key, (row: Row) => number>>,
): readonly Row[] {
  if (!sorting) return rows;
  const { key, descending } = sorting;
  const turned = descending ? -1 : 1;
  const byName = (a: Row, b: Row): number => collator.compare(a.setting, b.setting);
  if (key === 'setting') return rows.toSorted((a, b) => byName(a, b) * turned);
  const value = values[key];
  return rows.toSorted((a, b) => (value(a) - value(b)) * turned || byName(a, b));
}
