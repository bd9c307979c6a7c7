import type { AnyKernelCase } from '../../../cases/support/kernel-case.ts';
import { tokenSelect } from '../../../src/attention/selections/token-select.ts';
import * as policies from '../../../src/cache/policies/index.ts';
import { Random } from '../../../src/core/rng.ts';
import { wholeBuffer } from '../../../src/gpu/array.ts';
import type { PipelineRequest } from '../../../src/gpu/compile.ts';
import type { Dispatch, KernelCall } from '../../../src/gpu/kernel.ts';
import { evict } from '../../../src/kernels/cache/evict.ts';
import { project } from '../../../src/kernels/linear/project.ts';
import { linearConstants, linearParams, matrixVariant } from '../../../src/kernels/linear/variant.ts';
import { accessorsPart } from '../../../src/kernels/method-words.ts';
import { voteTopKKept } from '../../../src/kernels/selection/vote-top-k.ts';

/** The case files by their paths. */
export const caseFiles = import.meta.glob<{ default: AnyKernelCase | readonly AnyKernelCase[] }>(
  '../../../cases/**/*.case.ts',
  { eager: true },
);

const known = new Map<string, readonly PipelineRequest[]>();

/** The pipelines that a case file asks for, one for every choice of includes. */
export function requestsOf(path: string): readonly PipelineRequest[] {
  const requests = known.get(path) ?? findRequests(path);
  known.set(path, requests);
  return requests;
}

/** What of a shape may choose includes: words and flags, and whether a number is 0. */
const kindOf = (shape: unknown): string =>
  JSON.stringify(shape, (_name, value: unknown) => (typeof value === 'number' ? value === 0 : value));

function findRequests(path: string): PipelineRequest[] {
  const found = new Map<string, PipelineRequest>();
  for (const item of [caseFiles[path]!.default].flat() as readonly AnyKernelCase[]) {
    const { includes } = item.kernel.spec;
    // The first of a kind is mostly the smallest.
    const kinds = new Map(item.shapes.toReversed().map((shape: unknown) => [kindOf(shape), shape]));
    // Includes that depend on nothing are those of any shape.
    const shapes = includes && includes.length > 0 ? [...kinds.values()] : item.shapes.slice(0, 1);
    for (const shape of shapes) {
      const built = item.build(shape, new Random(1));
      const call = { ...built, bindings: {} } as KernelCall<string, string, string, unknown>;
      const { request }: Dispatch = item.kernel.call(call);
      found.set(request.parts.map(({ name }) => name).join('+'), request);
    }
  }
  return [...found.values()];
}

/** Pipelines that no case asks for: on matrix units, which no adapter of the tests has, with kept choices, and cuts by each policy. */
export function otherRequests(): PipelineRequest[] {
  const shape = matrixVariant({ m: 16, n: 16, k: 16, lanes: 32 });
  const array = wholeBuffer({ size: 0 } as GPUBuffer);
  const matrix = { type: 'Q8_0', outputs: 64, columns: 64, rowTile: 64, codes: array, aux: array } as const;
  return [
    project.call({
      params: { ...linearParams(matrix), columns: 64 },
      constants: { ...linearConstants(matrix, shape, false), RESIDUAL: false },
      bindings: { codes: array, aux: array, x: array, y: array },
      variant: { type: 'Q8_0', shape },
    }).request,
    voteTopKKept.call({
      params: { layer: 0, kind: 1, rows: 1, capacity: 64 },
      constants: { Q_HEADS: 1, KV_HEADS: 1, HEAD_DIM: 4, SHARED: true },
      bindings: { state: array, query: array, scores: array, selected: array, memory: array },
      variant: { accessors: accessorsPart(tokenSelect({ k: 1, theta: 1 }).words) },
    }).request,
    ...Object.values(policies).map(
      (policy) =>
        evict.call({
          params: { layer: 0, policy: 1, sequences: 1 },
          constants: { KV_HEADS: 1, HEAD_DIM: 4, SCOPE: 0, MASS: true },
          bindings: { state: array, cache: array, mass: array, keys: array },
          variant: { kv: 'f16', score: policy().score },
        }).request,
    ),
  ];
}
