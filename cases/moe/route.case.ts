import { route } from '../../src/kernels/moe/route.ts';
import { kernelCase, uniform } from '../support/kernel-case.ts';

interface Shape {
  readonly experts: number;
  readonly used: number;
  readonly rows: number;
  readonly sigmoid: boolean;
  readonly biased: boolean;
  readonly renormalised: boolean;
  readonly factor?: number;
  /** Largest product of the router. */
  readonly size?: number;
}

const base = { experts: 8, used: 2, rows: 3, sigmoid: false, biased: false, renormalised: true } as const;
/** Quads that stand before the bias. */
const BIAS_AT = 2;

/** Chosen experts and their weights, [rows, used] each. */
function routesOf(words: Uint32Array): { experts: number[]; weights: number[] } {
  const floats = new Float32Array(words.buffer, words.byteOffset, words.length);
  const even = (_: unknown, i: number): boolean => i % 2 === 0;
  return { experts: [...words].filter(even), weights: [...floats].filter((_, i) => i % 2 === 1) };
}

export default kernelCase(route, {
  shapes: [
    base,
    { ...base, experts: 4, used: 4, rows: 1 },
    { ...base, experts: 128, used: 8, rows: 5, renormalised: false },
    { ...base, experts: 130, used: 6, sigmoid: true, biased: true, factor: 2.5 },
    { ...base, experts: 512, used: 10, size: 60 },
    // All gates alike: the first experts.
    { ...base, experts: 70, used: 3, size: 0 },
  ] as readonly Shape[],
  bench: [],
  // Softmax of a few hundred products: exp allows some ulp, the sum rounds a few times.
  tolerance: 5e-6,
  probe: ({ EXPERTS, USED, SIGMOID, BIASED, RENORM }) => ({
    experts: Number(EXPERTS),
    used: Number(USED),
    rows: 3,
    sigmoid: SIGMOID === true,
    biased: BIASED === true,
    renormalised: RENORM === true,
  }),
  build({ experts, used, rows, sigmoid, biased, renormalised, factor = 1, size = 4 }: Shape, random) {
    return {
      params: { rows, bias_at: BIAS_AT, factor },
      constants: { EXPERTS: experts, USED: used, SIGMOID: sigmoid, BIASED: biased, RENORM: renormalised },
      variant: undefined,
      buffers: {
        products: uniform(rows * experts, random, size),
        vectors: uniform(BIAS_AT * 4 + Math.ceil(experts / 4) * 4, random),
        routes: new Uint32Array(rows * used * 2),
      },
    };
  },
  reference(
    { buffers: { products, vectors } },
    { experts, used, rows, sigmoid, biased, renormalised, factor = 1 }: Shape,
  ) {
    const chosen: number[] = [];
    const weights: number[] = [];
    for (let row = 0; row < rows; row++) {
      const line = Array.from({ length: experts }, (_, e) => products[row * experts + e]!);
      const most = Math.max(...line);
      const sum = line.reduce((total, product) => total + Math.exp(product - most), 0);
      const gates = line.map((product) => (sigmoid ? 1 / (1 + Math.exp(-product)) : Math.exp(product - most) / sum));
      const rank = (e: number): number => gates[e]! + (biased ? vectors[BIAS_AT * 4 + e]! : 0);
      const best = line
        .map((_, e) => e)
        .toSorted((a, b) => rank(b) - rank(a) || a - b)
        .slice(0, used);
      const total = best.reduce((all, e) => all + gates[e]!, 0);
      chosen.push(...best);
      weights.push(...best.map((e) => (gates[e]! * factor) / (renormalised ? total : 1)));
    }
    return { experts: chosen, weights };
  },
  decode: ({ routes }) => routesOf(routes as Uint32Array),
});
