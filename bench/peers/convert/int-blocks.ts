/**
 * Weights as ONNX Runtime's MatMulNBits reads them: blocks of 32 in a row, w = (q - zero) * scale.
 * A GGUF block of type Q4_1 has an offset of any size; here the zero point is a whole number, so most blocks change a little.
 * Layout: https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.MatMulNBits
 */

export const BLOCK = 32;

/** How far quantised weights are from those they were made of. */
export interface QuantisationError {
  squaredError: number;
  squaredSum: number;
}

export interface Int4Matrix {
  /** [rows, blocks of a row, 16]: weight 2i in the low half of byte i, weight 2i + 1 in its high half. */
  readonly packed: Uint8Array;
  /** [rows, blocks]. */
  readonly scales: Float32Array;
  /** [rows, ceil(blocks / 2)]: the zero point of an even block in the low half. */
  readonly zeroPoints: Uint8Array;
}

const TOP = 15;
const REFINEMENTS = 2;
const SMALLEST_SCALE = 1e-8;

/** root of (sum of squared differences / sum of squares); 0 for no weights. */
export const relativeRms = ({ squaredError, squaredSum }: QuantisationError): number =>
  squaredSum === 0 ? 0 : Math.sqrt(squaredError / squaredSum);

/**
 * Quantises rows of weights to 4 bits. For each block three zero points are tried; the scale of each is fitted by least squares.
 * @param weights rows x columns, row-major; columns is a multiple of 32
 * @param error what the rounding costs is added to it
 */
export function toInt4(weights: Float32Array, rows: number, columns: number, error: QuantisationError): Int4Matrix {
  const blocks = blocksOf(weights, rows, columns);
  const zeroStride = Math.ceil(blocks / 2);
  const packed = new Uint8Array(rows * blocks * 16);
  const scales = new Float32Array(rows * blocks);
  const zeroPoints = new Uint8Array(rows * zeroStride);
  const q = new Uint8Array(BLOCK);
  const best = new Uint8Array(BLOCK);
  for (let row = 0; row < rows; row++) {
    for (let block = 0; block < blocks; block++) {
      const index = row * blocks + block;
      const from = index * BLOCK;
      let low = 0;
      let high = 0;
      for (let i = from; i < from + BLOCK; i++) {
        const w = weights[i]!;
        if (w < low) low = w;
        if (w > high) high = w;
        error.squaredSum += w * w;
      }
      const range = Math.max((high - low) / TOP, SMALLEST_SCALE);
      const middle = Math.round(-low / range);
      let bestError = Infinity;
      for (let zero = Math.max(0, middle - 1); zero <= Math.min(TOP, middle + 1); zero++) {
        let scale = range;
        for (let round = 0; round <= REFINEMENTS; round++) {
          const fit = roundBlock(weights, from, scale, zero, q);
          if (fit.squaredError < bestError) {
            bestError = fit.squaredError;
            best.set(q);
            scales[index] = scale;
            setNibble(zeroPoints, row * zeroStride * 2 + block, zero);
          }
          scale = Math.fround(Math.max(fit.bestScale, SMALLEST_SCALE));
        }
      }
      error.squaredError += bestError;
      for (let i = 0; i < BLOCK; i++) setNibble(packed, from + i, best[i]!);
    }
  }
  return { packed, scales, zeroPoints };
}

/** Rounds a block with the given scale and zero point into `q`; tells the error and the scale that fits these q best. */
function roundBlock(
  weights: Float32Array,
  from: number,
  scale: number,
  zero: number,
  q: Uint8Array,
): { squaredError: number; bestScale: number } {
  const rounded = Math.fround(scale);
  let squaredError = 0;
  let across = 0;
  let along = 0;
  for (let i = 0; i < BLOCK; i++) {
    const w = weights[from + i]!;
    const value = Math.min(TOP, Math.max(0, Math.round(w / rounded) + zero));
    q[i] = value;
    const difference = (value - zero) * rounded - w;
    squaredError += difference * difference;
    across += w * (value - zero);
    along += (value - zero) * (value - zero);
  }
  return { squaredError, bestScale: along === 0 ? 0 : across / along };
}

function setNibble(bytes: Uint8Array, index: number, value: number): void {
  const shift = (index % 2) * 4;
  bytes[index >> 1] = (bytes[index >> 1]! & ~(15 << shift)) | (value << shift);
}

export interface Int8Matrix {
  /** [rows, columns], each weight plus 128: the zero point is 128 everywhere. */
  readonly values: Uint8Array;
  /** [rows, blocks]. */
  readonly scales: Float32Array;
}

/** Quantises rows of weights to 8 bits around 128. Blocks of GGUF's Q8_0 come out as they were, up to the rounding of their scale. */
export function toInt8(weights: Float32Array, rows: number, columns: number, error: QuantisationError): Int8Matrix {
  const blocks = blocksOf(weights, rows, columns);
  const values = new Uint8Array(rows * columns);
  const scales = new Float32Array(rows * blocks);
  for (let index = 0; index < rows * blocks; index++) {
    let largest = 0;
    for (let i = index * BLOCK; i < (index + 1) * BLOCK; i++) largest = Math.max(largest, Math.abs(weights[i]!));
    const scale = Math.fround(Math.max(largest / 127, SMALLEST_SCALE));
    scales[index] = scale;
    for (let i = index * BLOCK; i < (index + 1) * BLOCK; i++) {
      const w = weights[i]!;
      const q = Math.min(127, Math.max(-127, Math.round(w / scale)));
      values[i] = q + 128;
      error.squaredError += (q * scale - w) ** 2;
      error.squaredSum += w * w;
    }
  }
  return { values, scales };
}

function blocksOf(weights: Float32Array, rows: number, columns: number): number {
  if (columns % BLOCK !== 0) throw new Error(`A row has ${columns} weights; blocks of ${BLOCK} do not fill it.`);
  if (weights.length !== rows * columns) throw new Error(`${weights.length} weights are not ${rows} x ${columns}.`);
  return columns / BLOCK;
}
