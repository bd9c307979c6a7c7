import { combine } from '../../src/kernels/moe/combine.ts';
import { kernelCase, uniform } from '../support/kernel-case.ts';

interface Shape {
  readonly hidden: number;
  readonly rows: number;
  readonly used: number;
  readonly factor?: number;
}

export default kernelCase(combine, {
  shapes: [
    { hidden: 4, rows: 1, used: 1 },
    { hidden: 260, rows: 3, used: 2, factor: 0.6 },
    { hidden: 576, rows: 9, used: 8 },
  ] as readonly Shape[],
  bench: [],
  // Eight products and their sum.
  tolerance: 2e-6,
  probe: ({ USED }) => ({ hidden: 260, rows: 3, used: Number(USED) }),
  build({ hidden, rows, used, factor = 1 }: Shape, random) {
    const routes = new Uint32Array(rows * used * 2);
    const weights = new Float32Array(routes.buffer);
    for (let i = 0; i < rows * used; i++) weights[2 * i + 1] = random.next();
    return {
      params: { quads: hidden / 4, rows, factor },
      constants: { USED: used },
      variant: undefined,
      buffers: {
        routes,
        x: uniform(rows * used * hidden, random),
        y: uniform((rows + 1) * hidden, random),
      },
    };
  },
  reference({ buffers: { routes, x, y } }, { hidden, rows, used, factor = 1 }: Shape) {
    const weights = new Float32Array((routes as Uint32Array<ArrayBuffer>).buffer);
    return {
      y: Array.from(y, (before, i) => {
        const row = Math.floor(i / hidden);
        if (row >= rows) return before;
        let sum = 0;
        for (let e = 0; e < used; e++)
          sum += weights[2 * (row * used + e) + 1]! * x[(row * used + e) * hidden + (i % hidden)]!;
        return before + factor * sum;
      }),
    };
  },
});
