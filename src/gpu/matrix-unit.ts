/** The feature of a device with matrix units, as Chromium names it so far. */
export const MATRIX_FEATURE = 'chromium-experimental-subgroup-matrix';

/** A matrix unit that multiplies M x K by K x N f16 numbers and adds in f32, with subgroups of `lanes` lanes. */
export interface SubgroupMatrix {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly lanes: number;
}

/** What Chromium's adapter info says of a matrix unit. */
interface MatrixConfig {
  readonly componentType: string;
  readonly resultComponentType: string;
  readonly M: number;
  readonly N: number;
  readonly K: number;
}

/**
 * The matrix unit to use: f16 with f32 sums, the largest whose fragments fill a workgroup of 128 threads and 64 x 64 results.
 * None where the size of subgroups is not fixed, since it decides which subgroup computes what.
 */
export function matrixOf(
  info: Pick<GPUAdapterInfo, 'subgroupMinSize' | 'subgroupMaxSize'> & {
    readonly subgroupMatrixConfigs?: Iterable<MatrixConfig>;
  },
): SubgroupMatrix | undefined {
  const lanes = info.subgroupMinSize ?? 0;
  if (![16, 32, 64].includes(lanes) || info.subgroupMaxSize !== lanes) return undefined;
  const fits = ({ componentType, resultComponentType, M, N, K }: MatrixConfig): boolean =>
    componentType === 'f16' &&
    resultComponentType === 'f32' &&
    [8, 16].includes(M) &&
    [8, 16].includes(N) &&
    [8, 16, 32].includes(K);
  const [best] = [...(info.subgroupMatrixConfigs ?? [])]
    .filter(fits)
    .toSorted((a, b) => b.M * b.N * b.K - a.M * a.N * a.K);
  return best && { m: best.M, n: best.N, k: best.K, lanes };
}
