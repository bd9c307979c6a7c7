import type { ScaledRange } from '../../core/api.ts';
import type { LayerConfig } from '../../models/model-config.ts';
import { ropeMagnitude } from '../../models/rope.ts';
import type { MatrixSpec, VectorSpec } from '../../models/tensors.ts';
import type { SizeMeter } from './tensor-sizes.ts';

/** Keys or values of a KV head that a cache of halves holds times 2^exponent. */
export interface ScaledHead extends ScaledRange {
  /** Some are so much smaller than others that halves cannot hold both as well as they should. */
  readonly tooWide: boolean;
}

/** Below the largest half, 65504, by what roundings may add. */
const MOST = 60_000;
/**
 * Elements of this usual size have all digits of a half: those far below the usual, down to 2^-14, too. A usual size is up to
 * a few times too large here, since it comes from block peaks.
 */
const LEAST = 2 ** -10;
/** No power beyond: factors and what they multiply stay numbers of f32. */
const LARGEST_EXPONENT = 100;

/**
 * The power of two that brings numbers into the range of halves: none where they lie in it, else the one that brings the
 * largest to its end.
 * @param most what none of them exceeds
 * @param least the smallest usual size of an element
 */
export function rangeExponent(most: number, least: number): number {
  if (!(most > 0 && Number.isFinite(most)) || (most <= MOST && least >= LEAST)) return 0;
  const room = Math.floor(Math.log2(MOST / most));
  return Math.max(-LARGEST_EXPONENT, Math.min(LARGEST_EXPONENT, room));
}

/** Keys and values of a layer's heads that a cache of halves does not hold as they are; see `rangeExponent`. */
export function scaledHeads(
  spec: MatrixSpec,
  meter: SizeMeter,
  vectors: ReadonlyMap<VectorSpec, Float32Array>,
): ScaledHead[] {
  const { heads, layer, inputs, tensors, bias, keyNorm } = spec;
  if (!heads || layer === undefined || inputs?.from !== 'norm') return [];
  const [, keys, values] = tensors.map(({ name }) => meter.of(name)?.rows);
  if (!keys || !values) return [];
  const inputSize = Math.sqrt(tensors[0]!.shape[0]!);
  // In the order of the matrix: [Q | K | V].
  const biases = bias && vectors.get(bias)!;
  const keyAt = heads.qHeads * heads.headDim;
  const valueAt = keyAt + heads.kvHeads * heads.headDim;
  const gain = keyNorm && vectors.get(keyNorm.gain)!;
  return Array.from({ length: heads.kvHeads }, (_, kvHead) => kvHead).flatMap((kvHead) => {
    const scaled = (what: ScaledHead['what'], { sizes, bounds }: HeadSizes): ScaledHead[] => {
      const most = Math.max(...bounds);
      const least = sizes.reduce((small, size) => (size > 0 ? Math.min(small, size) : small), Number.POSITIVE_INFINITY);
      const exponent = rangeExponent(most, least);
      const tooWide = most > 0 && Number.isFinite(most) && least * 2 ** exponent < LEAST / 16;
      return exponent === 0 && !tooWide ? [] : [{ layer, kvHead, what, exponent, tooWide }];
    };
    const ownKeys = gain ? normedSizes(gain, keyNorm.width, kvHead, heads) : productSizes(keys, biases, keyAt, kvHead);
    return [
      ...scaled('keys', turnedSizes(ownKeys, heads)),
      ...scaled('values', productSizes(values, biases, valueAt, kvHead)),
    ];
  });

  /** Of products of a head's rows with normed inputs, a bias added. */
  function productSizes(rows: Float64Array, added: Float32Array | undefined, at: number, kvHead: number): HeadSizes {
    const own = [...headOf(rows, kvHead, heads!)];
    const biasOf = (i: number): number => Math.abs(added?.[at + kvHead * own.length + i] ?? 0);
    return {
      sizes: own.map((size, i) => Math.hypot(size, biasOf(i))),
      bounds: own.map((size, i) => size * inputSize + biasOf(i)),
    };
  }
}

/** Usual sizes of a head's elements, and what each does not exceed. */
interface HeadSizes {
  readonly sizes: readonly number[];
  readonly bounds: readonly number[];
}

/** Of RMS-normed elements times a gain of their head, or of all heads. */
function normedSizes(gain: Float32Array, width: number, kvHead: number, { headDim }: LayerConfig): HeadSizes {
  const own = gain.length > headDim ? gain.subarray(kvHead * headDim, (kvHead + 1) * headDim) : gain;
  const sizes = Array.from(own, Math.abs);
  return { sizes, bounds: sizes.map((size) => size * Math.sqrt(width)) };
}

/** The same of pairs, which a turn may bring into one element. */
function turnedSizes({ sizes, bounds }: HeadSizes, { rope }: LayerConfig): HeadSizes {
  const magnitude = Math.max(1, ropeMagnitude(rope));
  const ofPairs = (list: readonly number[]): number[] =>
    Array.from({ length: list.length / 2 }, (_, i) => magnitude * Math.hypot(list[2 * i]!, list[2 * i + 1]!));
  return { sizes: ofPairs(sizes), bounds: ofPairs(bounds) };
}

const headOf = (rows: Float64Array, kvHead: number, { headDim }: LayerConfig): Float64Array =>
  rows.subarray(kvHead * headDim, (kvHead + 1) * headDim);
