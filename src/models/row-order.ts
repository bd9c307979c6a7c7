/**
 * In which order the rows of queries and keys are read. Kernels turn neighbouring elements of a head; files of most families have
 * the two elements of a turn half of the turned width apart (as GPT-NeoX has them). A product of queries and keys is the same
 * whatever the order of their elements, so the rows are put in pairs when they are loaded, and so is all that belongs to them.
 */

export interface RowOrder {
  /** Rows of a head. */
  readonly headDim: number;
  /** How many of them turn, from the first on. */
  readonly turned: number;
}

/** The row of the file that is row `row` of the matrix. */
export function sourceRow({ headDim, turned }: RowOrder, row: number): number {
  const element = row % headDim;
  if (element >= turned) return row;
  return row - element + (element % 2) * (turned / 2) + Math.floor(element / 2);
}

/** Rows of so many bytes, whole heads of them, in their order. */
export function orderedRows(
  bytes: Uint8Array<ArrayBuffer>,
  rowBytes: number,
  order: RowOrder,
): Uint8Array<ArrayBuffer> {
  const ordered = new Uint8Array(bytes.length);
  for (let row = 0; row * rowBytes < bytes.length; row++) {
    const from = sourceRow(order, row) * rowBytes;
    ordered.set(bytes.subarray(from, from + rowBytes), row * rowBytes);
  }
  return ordered;
}
