/** The column that a table is sorted by. */
export interface Sorting<Key extends string> {
  readonly key: Key;
  readonly descending: boolean;
}
