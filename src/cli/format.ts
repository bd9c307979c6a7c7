/** Numbers and names as people read them. */

/** Bytes in MiB, one digit after the point. */
export const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

/** A text of a file without control characters, which could move the cursor or worse. */
export const printable = (text: string): string => text.replaceAll(/\p{Cc}/gu, '?');

/** Lines of a label and a value, the values under each other. */
export function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([label]) => label.length)) + 2;
  return rows.map(([label, value]) => `${label.padEnd(width)}${value}\n`).join('');
}
