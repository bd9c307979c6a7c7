import { dequantizeTensor } from '../../weights/dequantize.ts';
import { sourceRow } from '../../models/row-order.ts';
import type { ByteSource } from '../../weights/byte-source.ts';
import type { PlannedMatrix } from '../load/weight-plan.ts';
import { rowsOf } from '../load/weight-plan.ts';

/** Rows of a planned matrix from the model file, in float64: nothing the GPU did to them is in it. */
export function readSourceRows(
  source: ByteSource,
  { rows: planned, columns }: PlannedMatrix,
  rows: readonly number[],
): Promise<Float64Array[]> {
  return Promise.all(
    rows.map(async (row) => {
      const part = planned.find(
        ({ first, stride, count }) => (row - first) % stride === 0 && row >= first && row < first + count * stride,
      )!;
      const { tensor, from, first, stride, order } = part;
      const within = (row - first) / stride;
      const rowBytes = tensor.byteLength / rowsOf(tensor);
      const bytes = await source.read(
        tensor.offset + (from + (order ? sourceRow(order, within) : within)) * rowBytes,
        rowBytes,
      );
      return dequantizeTensor(tensor.type, bytes, columns);
    }),
  );
}
