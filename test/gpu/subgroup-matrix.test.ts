import { create } from 'webgpu';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../src/core/rng.ts';
import { wholeBuffer } from '../../src/gpu/array.ts';
import type { Gpu } from '../../src/gpu/device.ts';
import type { SubgroupMatrix } from '../../src/gpu/matrix-unit.ts';
import { requestGpu } from '../../src/gpu/request.ts';
import { project } from '../../src/kernels/linear/project.ts';
import { matrixVariant } from '../../src/kernels/linear/variant.ts';
import { PlanRecorder } from '../../src/gpu/plan.ts';
import { expandWgsl, type WgslPart } from '../../src/gpu/wgsl.ts';
import { readBuffer } from '../support/run-kernel.ts';
import {
  activations,
  constantsOf,
  multiplyRows,
  paramsOf,
  randomMatrix,
  untouched,
  type LinearShape,
} from '../../cases/linear/matrices.ts';

// The 'matrix' core needs matrix units, which no software adapter has. So its WGSL is compiled by Dawn's null backend,
// which has every feature, and its arithmetic is run with the matrix operations written out.

/** Of NVIDIA, of Metal, and of Intel. */
const UNITS: readonly SubgroupMatrix[] = [
  { m: 16, n: 16, k: 16, lanes: 32 },
  { m: 8, n: 8, k: 8, lanes: 32 },
  { m: 8, n: 16, k: 16, lanes: 16 },
];
const FEATURES = ['shader-f16', 'subgroups', 'chromium-experimental-subgroup-matrix'] as GPUFeatureName[];

const shapeOf = (unit: SubgroupMatrix): LinearShape => ({
  type: 'Q4_1',
  outputs: 70,
  k: 64,
  rowTile: 8,
  batch: 70,
  variant: matrixVariant(unit),
});

function callOf(shape: LinearShape, buffers: Readonly<Record<'codes' | 'aux' | 'x' | 'y', GPUBuffer>>) {
  const { codes, aux, x, y } = buffers;
  return project.call({
    params: { ...paramsOf(shape), columns: shape.batch },
    constants: { ...constantsOf(shape, false), RESIDUAL: false },
    variant: { type: shape.type, shape: shape.variant },
    bindings: { codes: wholeBuffer(codes), aux: wholeBuffer(aux), x: wholeBuffer(x), y: wholeBuffer(y) },
  });
}

describe('the matrix core compiles', () => {
  const provider = create(['backend=null', 'enable-dawn-features=allow_unsafe_apis']);
  for (const unit of UNITS)
    test(`for ${unit.m}x${unit.n}x${unit.k}, subgroups of ${unit.lanes}`, async (context) => {
      const adapter = await provider.requestAdapter();
      context.skip(
        !adapter || !FEATURES.every((name) => adapter.features.has(name)),
        'the null backend lacks features',
      );
      const device = await adapter!.requestDevice({ requiredFeatures: FEATURES });
      const buffer = device.createBuffer({ size: 16, usage: GPUBufferUsage.STORAGE });
      const { request } = callOf(shapeOf(unit), { codes: buffer, aux: buffer, x: buffer, y: buffer });
      const { code, origin } = expandWgsl(request.parts, request.constants);
      const module = device.createShaderModule({ code });
      const { messages } = await module.getCompilationInfo();
      expect(messages.map(({ lineNum, message }) => `${origin(lineNum)} ${message}`)).toEqual([]);
      await device.createComputePipelineAsync({ layout: 'auto', compute: { module, entryPoint: 'main' } });
      device.destroy();
    });
});

/**
 * The matrix operations as functions: a fragment of inputs is its place in workgroup memory, and of results a lane holds
 * every lanes-th element. Subgroups are made by counting, since they are as wide as the unit says. Bounds are run-time
 * values, or the driver's compiler would unroll everything.
 */
const written = ({ m, n, k, lanes }: SubgroupMatrix): string => `
alias Left = vec2u;
alias Right = vec2u;
alias Result = array<f32, ${(m * n) / lanes}>;
var<private> own : u32;
fn load(at : u32, stride : u32) -> vec2u { return vec2u(at, stride); }
fn multiply(a : Left, b : Right, result : Result) -> Result {
  var c = result;
  for (var i = 0u; i < min(${(m * n) / lanes}u, params.outputs); i++) {
    let element = own + i * ${lanes}u;
    for (var j = 0u; j < min(${k}u, params.outputs); j++) {
      c[i] += f32(tile_x[a.x + element / ${n}u * a.y + j]) * f32(tile_w[b.x + element % ${n}u * b.y + j]);
    }
  }
  return c;
}
fn store(at : u32, result : Result, stride : u32) {
  var c = result;
  for (var i = 0u; i < min(${(m * n) / lanes}u, params.outputs); i++) {
    let element = own + i * ${lanes}u;
    tile_y[at + element / ${n}u * stride + element % ${n}u] = c[i];
  }
}
@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group : vec3u, @builtin(num_workgroups) groups : vec3u, @builtin(local_invocation_index) index : u32) {
  own = index % ${lanes}u;
  run(group.x + group.y * groups.x, group.z, index, index / ${lanes}u);
}`;

/** The core with its matrix operations written out. */
const emulate = ({ name, text }: WgslPart, unit: SubgroupMatrix): WgslPart => ({
  name,
  text:
    text
      .replaceAll(/^(enable (subgroups|chromium.*)|diagnostic.*|alias (Left|Right|Result) .*)$/gm, '')
      .replace(/@compute[^]*$/, '')
      .replaceAll('subgroupMatrixLoad<Right, col_major>(&tile_w, ', 'load(')
      .replaceAll('subgroupMatrixLoad<Left, row_major>(&tile_x, ', 'load(')
      .replaceAll('subgroupMatrixMultiplyAccumulate', 'multiply')
      .replaceAll('subgroupMatrixStore<row_major>(&tile_y, ', 'store(') + written(unit),
});

describe('the matrix core adds up what it should', () => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await requestGpu({ provider: navigator.gpu });
  });
  afterAll(() => gpu?.dispose());

  // One unit: the driver's compiler takes long over what hardware does in an instruction.
  for (const unit of UNITS.slice(0, 1))
    test(`for ${unit.m}x${unit.n}x${unit.k}, subgroups of ${unit.lanes}`, async (context) => {
      context.skip(!gpu.features.shaderF16, 'shader-f16');
      const random = new Random(5);
      const shape = shapeOf(unit);
      const { packed, weights } = randomMatrix(shape, random);
      const x = activations(shape.batch, shape.k, random);
      const spare = 3 * shape.outputs;
      const y = untouched(shape.batch * shape.outputs + spare);
      const upload = (data: ArrayBufferView<ArrayBuffer>): GPUBuffer => {
        const buffer = gpu.createBuffer('input', data.byteLength);
        gpu.write(buffer, 0, data);
        return buffer;
      };
      const buffers = { codes: upload(packed.codes), aux: upload(packed.aux), x: upload(x), y: upload(y) };
      const dispatch = callOf(shape, buffers);
      const { request } = dispatch;
      const parts = request.parts.map((part) => (part.name === 'lib/linear/matrix' ? emulate(part, unit) : part));
      const recorder = new PlanRecorder();
      recorder.add('matrix', { ...dispatch, request: { ...request, parts } });
      const plan = await recorder.build(gpu, 'matrix');
      await gpu.checked('matrix', () => plan.replay());
      const got = new Float32Array((await readBuffer(gpu, buffers.y, y.byteLength)).buffer);
      const want = [...multiplyRows(weights, x, shape.outputs, shape.k).flat(), ...untouched(spare)];
      // Half an ulp of f16 for weights and rows: 2^-11 of products whose sum is about 1.
      const worst = Math.max(...want.map((value, i) => Math.abs(value - got[i]!)));
      expect(worst).toBeLessThan(5e-3);
      plan.dispose();
    });
});
