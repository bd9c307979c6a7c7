import { wholeBuffer, type GpuArray } from '../../gpu/array.ts';
import { activationOf, type Activation } from '../../kernels/linear/activation.ts';
import { expertsGateUp } from '../../kernels/moe/gate-up.ts';
import { expertsProject } from '../../kernels/moe/project.ts';
import { linearParams, type linearConstants, type LinearIncludes } from '../../kernels/linear/variant.ts';
import { probeNumbers } from './probe-numbers.ts';
import type { LinearProbeContext, LinearUse } from './linear-probe.ts';
import type { Expected, Probe } from './probe.ts';
import { readSourceRows } from './source-rows.ts';

/** The kernels that multiply by the experts that rows are routed to. */
export const EXPERTS_KERNELS: ReadonlySet<unknown> = new Set([expertsGateUp, expertsProject]);

/** Columns of a probe: the last expert, the first, and one between. */
const COLUMNS = 3;
/** Outputs at the beginning and at the end of an expert's that are looked at. */
const EDGE = 4;

/** Runs a kernel of experts on random rows, each for another expert, and computes a few of its outputs from the model file. */
export function expertsProbe({ gpu, source, name }: Omit<LinearProbeContext, 'config'>, use: LinearUse): Probe {
  const { matrix, planned, dispatch: recorded } = use;
  const { params, constants: given, variant: recordedVariant } = recorded.call;
  const constants = given as ReturnType<typeof linearConstants> & { readonly USED: number; readonly SHARE: number };
  const variant = recordedVariant as LinearIncludes & { readonly activation: Activation };
  const gated = recorded.kernel === expertsGateUp;
  const outputs = params['outputs']!;
  const experts = matrix.outputs / outputs;
  const share = gated ? constants.USED : constants.SHARE;
  const width = gated ? outputs / 2 : outputs;
  const k = matrix.columns;
  const random = probeNumbers(12);
  const owned: GPUBuffer[] = [];
  const array = (label: string, data: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>): GpuArray => {
    const buffer = gpu.createBuffer(`self-test ${label}`, data.byteLength);
    gpu.write(buffer, 0, data);
    owned.push(buffer);
    return wholeBuffer(buffer);
  };
  const x = Float32Array.from({ length: COLUMNS * k }, () => random() * 2 - 1);
  const chosen = [experts - 1, 0, Math.floor(experts / 2)];
  const y = array('outputs', new Float32Array(COLUMNS * width));
  const bindings = {
    codes: matrix.codes,
    aux: matrix.aux,
    x: array('rows', x),
    routes: array('routes', Uint32Array.from(chosen.flatMap((expert) => [expert, 0]))),
    y,
  };
  const base = { blocks: linearParams(matrix).blocks, outputs, columns: COLUMNS };
  const dispatch = gated
    ? expertsGateUp.call({ params: base, constants, variant, bindings })
    : expertsProject.call({ params: base, constants, variant, bindings });
  const act = gated ? activationOf(variant.activation) : undefined;

  return {
    name,
    encode: (recorder) => recorder.add(name, dispatch),
    async expected(): Promise<Expected[]> {
      const looked = [...new Set([...Array(EDGE).keys()].flatMap((i) => [i, width - 1 - i]))].filter(
        (output) => output >= 0 && output < width,
      );
      const at: number[] = [];
      const values: number[] = [];
      for (const [column, expert] of chosen.entries()) {
        const first = Math.floor(column / share) * k;
        const rowsOf = (output: number): number[] =>
          (gated ? [2 * output, 2 * output + 1] : [output]).map((row) => expert * outputs + row);
        // oxlint-disable-next-line no-await-in-loop -- three of them
        const weights = await readSourceRows(source, planned, looked.flatMap(rowsOf));
        const products = weights.map((row) => row.reduce((sum, weight, i) => sum + weight * x[first + i]!, 0));
        for (const [i, output] of looked.entries()) {
          at.push(column * width + output);
          values.push(act ? act(products[2 * i]!) * products[2 * i + 1]! : products[i]!);
        }
      }
      return [{ array: y, at, values }];
    },
    dispose() {
      for (const buffer of owned) gpu.destroyBuffer(buffer);
    },
  };
}
