import { LAYOUT_AT, layoutWords, rowListAt, stepLayout } from '../../src/kernels/step-layout.ts';

/** The step state of a bucket of which so many rows are there. */
export function rowsState(bucket: number, rows: number): Uint32Array<ArrayBuffer> {
  const layout = stepLayout({
    maxRows: bucket,
    maxLogitRows: 1,
    maxSequences: 1,
    layers: 1,
    kvStride: 1,
    maxPages: 1,
  });
  const state = new Uint32Array(layout.words);
  state.set(layoutWords(layout), LAYOUT_AT);
  state[rowListAt(layout)] = rows;
  return state;
}
