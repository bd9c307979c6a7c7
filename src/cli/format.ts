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

/** Lines of cells under each other, two spaces between; the last cell of a line is as long as it is. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) =>
    row
      .map((cell, i) => (i + 1 < row.length ? cell.padEnd(widths[i]!) : cell))
      .join('  ')
      .trimEnd(),
  );
}
