import { blockPeaks, PEAK_BLOCK } from '../../weights/block-peaks.ts';
import type { TensorInfo } from '../../weights/gguf.ts';
import { rowsOf } from './weight-plan.ts';

/** How large the weights of a tensor are, and its products with inputs of usual size: upper bounds, from block peaks. */
export interface TensorSizes {
  /**
   * Of each row sqrt(sum of (w gain)^2): about how large its product is where inputs before their gain have mean square 1, and
   * a sqrt(n)-th of the most that it can be, n inputs being normed.
   */
  readonly rows: Float64Array;
  /** The largest weight of each row, and of each block of 32 columns. */
  readonly rowPeaks: Float64Array;
  readonly columnPeaks: Float64Array;
}

/** A norm's gain as squares, summed over each block of 32; all 1 where there is none. */
export function gainSquares(columns: number, gain?: ArrayLike<number>): Float64Array {
  const squares = new Float64Array(columns / PEAK_BLOCK);
  for (let i = 0; i < columns; i++) squares[Math.floor(i / PEAK_BLOCK)]! += gain ? gain[i]! ** 2 : 1;
  return squares;
}

/** Collects the sizes of tensors while a load streams their rows. */
export class SizeMeter {
  readonly #tensors = new Map<string, TensorSizes & { readonly squares: Float64Array }>();

  /** Asks for the sizes of a tensor whose inputs had this gain. */
  ask(tensor: TensorInfo, gain?: ArrayLike<number>): void {
    const [columns = 1] = tensor.shape;
    this.#tensors.set(tensor.name, {
      rows: new Float64Array(rowsOf(tensor)),
      rowPeaks: new Float64Array(rowsOf(tensor)),
      columnPeaks: new Float64Array(columns / PEAK_BLOCK),
      squares: gainSquares(columns, gain),
    });
  }

  /** Looks at `rows` rows of a tensor, from row `first` on. Rows of tensors that nobody asked for cost nothing. */
  see({ name, type, shape }: TensorInfo, first: number, rows: number, bytes: Uint8Array): void {
    const sizes = this.#tensors.get(name);
    if (!sizes) return;
    const { squares, columnPeaks } = sizes;
    const blocks = squares.length;
    const peaks = blockPeaks(type, bytes, rows * shape[0]!);
    for (let row = 0; row < rows; row++) {
      let sum = 0;
      let most = 0;
      for (let block = 0; block < blocks; block++) {
        const peak = peaks[row * blocks + block]!;
        sum += peak * peak * squares[block]!;
        most = Math.max(most, peak);
        columnPeaks[block] = Math.max(columnPeaks[block]!, peak);
      }
      sizes.rows[first + row] = Math.sqrt(sum);
      sizes.rowPeaks[first + row] = most;
    }
  }

  /** What was seen of a tensor; undefined where nobody asked. */
  of(name: string): TensorSizes | undefined {
    return this.#tensors.get(name);
  }
}
