import type { HalfScales } from '../../kernels/weights/format.ts';
import type { MatrixSpec, VectorSpec } from '../../models/tensors.ts';
import { PEAK_BLOCK } from '../../weights/block-peaks.ts';
import type { PlannedMatrix } from './weight-plan.ts';
import type { SizeMeter } from './tensor-sizes.ts';

/** How large the inputs of a matrix get. */
export interface InputSizes {
  /** What none exceeds. */
  readonly most: number;
  /** The largest usual size in each block of 32. */
  readonly usual: ArrayLike<number>;
}

/** How large the weights of a matrix are: the largest of each row and of each block of 32 columns. */
export interface WeightSizes {
  readonly rowPeaks: ArrayLike<number>;
  readonly columnPeaks: ArrayLike<number>;
}

/** Inputs and weights are brought below these: sums of four products, which are halves too, then stay below 2^15. */
const MOST_INPUT = 2 ** 7;
const MOST_WEIGHT = 2 ** 6;
/** What is usually smaller has lost too many digits: halves below 2^-14 are 2^-24 apart. */
const LEAST = 2 ** -16;
/** Inputs whose products are smaller than this beside the largest need no digits. */
const NEGLIGIBLE = 2 ** -10;

/**
 * The powers of two with which inputs and weights are multiplied as halves, and whether halves then hold what counts.
 * @param rowsMatter false where a row of tiny weights may become 0: its product is tiny wherever it goes
 */
export function halfScales(inputs: InputSizes, weights: WeightSizes, rowsMatter: boolean): HalfScales {
  const mostWeight = largest(weights.rowPeaks);
  if (!(inputs.most > 0 && mostWeight > 0)) return { inputs: 0, weights: 0, fits: true };
  const x = Math.floor(Math.log2(MOST_INPUT / inputs.most));
  const w = Math.floor(Math.log2(MOST_WEIGHT / mostWeight));
  if (!(Math.abs(x) <= 100 && Math.abs(w) <= 100 && Math.abs(x + w) <= 100))
    return { inputs: 0, weights: 0, fits: false };
  const products = Array.from(weights.columnPeaks, (peak, block) => peak * inputs.usual[block]!);
  const counted = NEGLIGIBLE * largest(products);
  const held = products.every(
    (product, block) =>
      product < counted || (inputs.usual[block]! * 2 ** x >= LEAST && weights.columnPeaks[block]! * 2 ** w >= LEAST),
  );
  const rowsHeld = !rowsMatter || Array.from(weights.rowPeaks).every((peak) => peak === 0 || peak * 2 ** w >= LEAST);
  return { inputs: x, weights: w, fits: held && rowsHeld };
}

/** The scales of a planned matrix; undefined where nothing is known of its inputs. */
export function scalesOf(
  { spec, columns, role, rows }: PlannedMatrix,
  meter: SizeMeter,
  vectors: ReadonlyMap<VectorSpec, Float32Array>,
): HalfScales | undefined {
  const inputs = inputSizes(spec, columns, meter, vectors);
  const sizes = [...new Set(rows.map(({ tensor }) => tensor.name))].flatMap((name) => meter.of(name) ?? []);
  if (!inputs || sizes.length === 0) return undefined;
  const columnPeaks = new Float64Array(columns / PEAK_BLOCK);
  for (const { columnPeaks: peaks } of sizes)
    peaks.forEach((peak, block) => (columnPeaks[block] = Math.max(columnPeaks[block]!, peak)));
  const rowPeaks = sizes.flatMap(({ rowPeaks: peaks }) => [...peaks]);
  return halfScales(inputs, { rowPeaks, columnPeaks }, role !== 'lm-head');
}

function inputSizes(
  { inputs }: MatrixSpec,
  columns: number,
  meter: SizeMeter,
  vectors: ReadonlyMap<VectorSpec, Float32Array>,
): InputSizes | undefined {
  if (inputs?.from === 'norm') {
    const gain = Float64Array.from(vectors.get(inputs.gain)!, Math.abs);
    return { most: largest(gain) * Math.sqrt(columns), usual: blockLargest(gain) };
  }
  if (inputs?.from === 'attention') {
    const { heads, tensors } = inputs.qkv;
    const values = meter.of(tensors[2]!.name)?.rows;
    if (!heads || !values) return undefined;
    const { headDim, qHeads, kvHeads } = heads;
    const usual = Float64Array.from({ length: columns }, (_, column) => {
      const kvHead = Math.floor(Math.floor(column / headDim) / (qHeads / kvHeads));
      return values[kvHead * headDim + (column % headDim)]!;
    });
    return { most: largest(usual) * Math.sqrt(tensors[2]!.shape[0]!), usual: blockLargest(usual) };
  }
  if (inputs?.from === 'gate') {
    const { tensors } = inputs.gateUp;
    const [gate, up] = tensors.map(({ name }) => meter.of(name)?.rows);
    if (!gate || !up) return undefined;
    const usual = gate.map((size, row) => size * up[row]!);
    return { most: largest(usual) * tensors[0]!.shape[0]!, usual: blockLargest(usual) };
  }
  return undefined;
}

/** NaN where one is NaN. */
function largest(sizes: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < sizes.length; i++) most = Math.max(most, sizes[i]!);
  return most;
}

const blockLargest = (sizes: Float64Array): Float64Array =>
  Float64Array.from({ length: sizes.length / PEAK_BLOCK }, (_, block) =>
    largest(sizes.subarray(block * PEAK_BLOCK, (block + 1) * PEAK_BLOCK)),
  );
